"""A user of a link in the server of a Mailer, which looks at who has a credential whenever somebody logs in."""

from __future__ import annotations

import smtplib

from infra_kit.providers.local.box import Box
from infra_kit.providers.local.credentials import Credential
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.server_user import ServerUser

SECONDS = 5.0


class MailerUser(ServerUser):
    KIND = "local/mailer_user"
    SERVER = "local/mailer"

    def settle(self, box: Box, credential: Credential) -> None:
        """Its credential is all that it needs."""

    def revoke(self, box: Box, user: str) -> None:
        """Without a credential it does not log in again."""

    def lets_in(self, box: Box, credential: Credential) -> bool:
        try:
            with smtplib.SMTP(LOOPBACK, box.record.ports[0], timeout=SECONDS) as session:
                session.login(credential.user, credential.password)
        except (OSError, smtplib.SMTPException):
            return False
        return True


HANDLER = MailerUser()
