"""How an alert is told: a webhook, Slack, PagerDuty, e-mail. None of what is raised or logged names where to: it is
secret."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from typing import Any

from infra_kit.providers.common import pagerduty
from infra_kit.providers.common.posting import SECONDS, UntoldError, post, why
from infra_kit.providers.local.alerts_file import Alert


@dataclass(frozen=True)
class Message:
    """That an alert began, or that it is over."""

    alert: Alert
    """As it was when it began."""
    app: str
    stack: str
    ended: str | None = None
    """When; None while it goes on."""

    @property
    def key(self) -> str:
        """Of the beginning and the end of one alert."""
        return f"{self.app}/{self.stack}/{self.alert.component}/{self.alert.rule}"

    @property
    def subject(self) -> str:
        alert = self.alert
        return f"{alert.level} {alert.component}: {alert.says}" + (" is over" if self.ended else "")

    @property
    def text(self) -> str:
        measured = "" if self.alert.value is None else f"It was {self.alert.value:g} {self.alert.unit} then. "
        until = f", until {self.ended}" if self.ended else ""
        return f"{measured}Wrong since {self.alert.since}{until}. Rule {self.alert.rule} of {self.stack} ({self.app})."


Send = Callable[[Message], None]


def sender(kind: str, to: Any, smtp: Mapping[str, Any] | None) -> Send:
    """What tells a route. Raises `UntoldError` when it is called and fails."""
    match kind:
        case "slack":
            return lambda message: post(to, {"text": f"*{message.subject}*\n{message.text}"})
        case "pagerduty":
            return lambda message: post(pagerduty.EVENTS, event(to, message))
        case "email":
            return lambda message: _mail(smtp or {}, to, message)
        case _:
            return lambda message: post(to, plain(message))


def plain(message: Message) -> dict[str, Any]:
    own = {key: value for key, value in asdict(message.alert).items() if key not in {"state", "lasting"}}
    status = "resolved" if message.ended else "firing"
    return {"status": status, **own, "ended": message.ended, "app": message.app, "stack": message.stack}


def event(key: str, message: Message) -> dict[str, Any]:
    event = {"routing_key": key, "event_action": "resolve" if message.ended else "trigger", "dedup_key": message.key}
    if message.ended:
        return event
    alert = message.alert
    payload = {
        "summary": message.subject,
        "source": f"{message.stack}/{alert.component}",
        "severity": pagerduty.SEVERITIES[alert.level],
        "timestamp": alert.since,
        "component": alert.component,
        "custom_details": plain(message),
    }
    return {**event, "payload": payload}


def _mail(smtp: Mapping[str, Any], to: list[str], message: Message) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = message.subject, smtp["sender"], ", ".join(to)
    mail.set_content(message.text)
    encrypted = ssl.create_default_context()
    try:
        with _relay(smtp, encrypted) as relay:
            if smtp["security"] == "starttls":
                relay.starttls(context=encrypted)
            if smtp.get("username"):
                relay.login(smtp["username"], smtp["password"])
            relay.send_message(mail)
    except smtplib.SMTPResponseException as error:
        raise UntoldError(f"the relay answered {error.smtp_code}") from None
    except (OSError, smtplib.SMTPException) as error:
        raise UntoldError(why(error)) from None


def _relay(smtp: Mapping[str, Any], encrypted: ssl.SSLContext) -> smtplib.SMTP:
    host, port = smtp["host"], int(smtp["port"])
    if smtp["security"] == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=encrypted)
    return smtplib.SMTP(host, port, timeout=SECONDS)
