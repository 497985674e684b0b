"""SMTP as a real mail service has it: who logs in may send as the domain, and as nobody else. What would be refused in
production is refused here, by the bounds of Amazon SES (https://docs.aws.amazon.com/ses/latest/dg/quotas.html)."""

from __future__ import annotations

import asyncio
import hmac
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from email import message_from_bytes, policy
from email.errors import MessageError
from email.utils import getaddresses
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from infra_kit.providers.local import credentials
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.programs.mailer.store import Store

MOST_BYTES = 40 * 2**20
"""Of a mail, with what is attached."""
MOST_RECIPIENTS = 50


def protocol(box: Box, told: Mapping[str, Any], store: Store) -> Callable[[], asyncio.Protocol]:
    """What makes the server of each connection."""
    door, taker = _Door(box, told), _Taker(str(told["domain"]), store)

    def speak() -> SMTP:
        return SMTP(
            taker,
            hostname="localhost",
            ident="infra-kit",
            data_size_limit=MOST_BYTES,
            enable_SMTPUTF8=True,
            authenticator=door,
            auth_required=True,
            auth_require_tls=False,  # nothing leaves this machine
        )

    return speak


class _Door:
    """Lets the endpoint's own user and those of links in; of them, whoever has a credential now."""

    def __init__(self, box: Box, told: Mapping[str, Any]) -> None:
        self._box, self._own = box, (str(told["username"]), str(told["password"]))

    def __call__(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        if not isinstance(given, LoginPassword):
            return AuthResult(success=False, handled=False)
        login, password = given.login.decode(errors="replace"), given.password
        known = dict([self._own, *((it.user, it.password) for it in credentials.kept(self._box))])
        fits = hmac.compare_digest(known.get(login, "").encode(), password)
        return AuthResult(success=login in known and fits, handled=False, auth_data=login)


class _Taker:
    """What is done with a mail, by the names that aiosmtpd calls."""

    def __init__(self, domain: str, store: Store) -> None:
        self._domain, self._store = domain, store

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Sequence[str]
    ) -> str:
        if not self._is_ours(address):
            return f"553 5.7.1 mail is from {self._domain} here, and not from <{address}>"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Sequence[str]
    ) -> str:
        if len(envelope.rcpt_tos) == MOST_RECIPIENTS:
            return f"554 5.5.3 a mail has {MOST_RECIPIENTS} recipients at most"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        raw, sender, recipients = envelope.original_content or b"", str(envelope.mail_from), envelope.rcpt_tos
        if why := self._refused(raw):
            return f"554 5.7.1 {why}"
        try:
            await asyncio.to_thread(self._store.keep, str(session.auth_data), sender, recipients, raw)
        except sqlite3.Error as error:
            return f"451 4.3.0 it could not be kept: {error}"
        print(f"<{sender}> to {', '.join(f'<{it}>' for it in recipients)}")
        return "250 2.0.0 OK"

    def _refused(self, raw: bytes) -> str:
        """Why; empty where it is taken."""
        try:
            said = [str(it) for it in message_from_bytes(raw, policy=policy.default).get_all("From", [])]
        except (MessageError, ValueError):
            return "its headers cannot be read"
        addresses = [address for _, address in getaddresses(said)]
        if not addresses:
            return "it says no From"
        foreign = next((it for it in addresses if not self._is_ours(it)), None)
        return f"mail is from {self._domain} here, and its From says {foreign}" if foreign is not None else ""

    def _is_ours(self, address: str) -> bool:
        return address.rpartition("@")[2].lower() == self._domain
