"""The page with the mails. A mail's own HTML is shown with no script, nothing loaded from elsewhere, and no way to what
else is here; its links open, so that a person can follow them."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import Any
from urllib.parse import SplitResult, parse_qs

from infra_kit.providers.local.programs.loopback import HTML, PLAIN, LoopbackServer, Visit
from infra_kit.providers.local.programs.mailer import pages
from infra_kit.providers.local.programs.mailer.store import Mail, Store

ONE = re.compile(r"/mails/([1-9][0-9]{0,17})(\.html|\.eml)?")
JSON = "application/json"
AS_SENT = "style-src 'unsafe-inline'; img-src data:; sandbox allow-popups allow-popups-to-escape-sandbox"
"""What the HTML of a mail may do and load."""


class Inbox(LoopbackServer):
    def __init__(self, port: int, store: Store) -> None:
        self.store = store
        super().__init__(port, Handler)


class Handler(Visit):
    server: Inbox
    POLICY = "style-src 'unsafe-inline'"

    def get(self, address: SplitResult) -> None:
        to = parse_qs(address.query).get("to", [""])[0]
        one = ONE.fullmatch(address.path)
        if one:
            self._show_one(int(one[1]), one[2])
        elif address.path == "/":
            self.answer(HTTPStatus.OK, HTML, pages.latest(self.server.store.latest(to), to).encode())
        elif address.path == "/mails.json":
            known = [_told(mail) for mail in self.server.store.latest(to)]
            self.answer(HTTPStatus.OK, JSON, json.dumps(known).encode())
        else:
            self.refuse(HTTPStatus.NOT_FOUND, "there is /, /mails.json, /mails/<id>, /mails/<id>.html and .eml")

    def _show_one(self, number: int, form: str | None) -> None:
        mail = self.server.store.one(number)
        if mail is None:
            self.refuse(HTTPStatus.NOT_FOUND, f"the mail {number} is not known, or was forgotten for newer ones")
        elif form == ".eml":
            self.answer(HTTPStatus.OK, PLAIN, mail.raw)
        elif form == ".html":
            self.answer(HTTPStatus.OK, HTML, mail.html.encode(), policy=AS_SENT)
        else:
            self.answer(HTTPStatus.OK, HTML, pages.one(mail).encode())


def _told(mail: Mail) -> dict[str, Any]:
    return {
        "id": mail.id,
        "received": mail.received,
        "username": mail.username,
        "sender": mail.sender,
        "recipients": list(mail.recipients),
        "headers": {name: str(value) for name, value in mail.message.items()},
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "attachments": mail.attachments,
    }
