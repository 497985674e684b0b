"""The server of a Mailer, by a real client: who may send, as whom, and what is seen of it."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra_kit._dynamic import Props
from infra_kit.providers.local.server import box_of
from infra_kit.providers.local.servers.mailer import HANDLER
from tests.live.links.users import User, changed, delete, ensure, kill, user

SENDER, ANN = "orders@shop.example", "ann@customer.example"


def props_in(home: Path, domain: str = "shop.example") -> Props:
    return {
        "kind": "local/mailer", "home": str(home), "stack": "test", "name": "mail", "retain": False, "domain": domain,
    }  # fmt: skip


@pytest.fixture(scope="module")
def server(shared_home_dir: Path) -> Props:
    props = props_in(shared_home_dir)
    HANDLER.ensure(props)
    return props


@pytest.fixture
def session(server: Props) -> Iterator[smtplib.SMTP]:
    """The endpoint's own user's."""
    with connect(server) as session:
        session.login("app", box_of(server).record.secrets["password"])
        yield session


def connect(server: Props) -> smtplib.SMTP:
    return smtplib.SMTP("127.0.0.1", box_of(server).record.ports[0], timeout=10)


def inbox(server: Props) -> str:
    return f"http://127.0.0.1:{box_of(server).record.ports[1]}"


def received(server: Props, to: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = httpx.get(f"{inbox(server)}/mails.json", params={"to": to}).json()
    return found


def mail(*, sender: str = SENDER, to: str = ANN, subject: str = "Your order") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"Shop <{sender}>", to, subject
    message.set_content("Grüße, it is on its way.")
    message.add_alternative("<p>It is <b>on its way</b>.</p><script>alert(1)</script>", subtype="html")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="order.pdf")
    return message


def test_what_is_sent_is_kept_and_shown_to_people_and_programs(server: Props, session: smtplib.SMTP) -> None:
    session.send_message(mail())
    (found,) = received(server, "Ann@customer.example")
    assert (found["subject"], found["sender"], found["username"]) == ("Your order", SENDER, "app")
    assert found["text"].strip() == "Grüße, it is on its way."
    assert found["attachments"] == ["order.pdf"]
    page = httpx.get(inbox(server))
    assert "Your order" in page.text
    one = httpx.get(f"{inbox(server)}/mails/{found['id']}")
    assert "Grüße, it is on its way." in one.text
    assert b"%PDF" not in one.content


def test_a_mails_own_html_runs_nothing_and_loads_nothing(server: Props, session: smtplib.SMTP) -> None:
    session.send_message(mail(to="html@customer.example"))
    (found,) = received(server, "html@customer.example")
    shown = httpx.get(f"{inbox(server)}/mails/{found['id']}.html")
    assert "<b>on its way</b>" in shown.text
    allowed = {rule.split()[0]: rule.split()[1:] for rule in shown.headers["Content-Security-Policy"].split("; ")}
    assert allowed["default-src"] == ["'none'"]
    assert "allow-scripts" not in allowed["sandbox"]
    assert "script-src" not in allowed


def test_nobody_sends_without_a_password(server: Props) -> None:
    with connect(server) as stranger:
        with pytest.raises(smtplib.SMTPAuthenticationError):
            stranger.login("app", "wrong")
        with pytest.raises(smtplib.SMTPSenderRefused) as refused:
            stranger.send_message(mail(to="nobody@customer.example"))
    assert refused.value.smtp_code == 530
    assert received(server, "nobody@customer.example") == []


@pytest.mark.parametrize("sender", ["orders@other.example", "orders@sub.shop.example"])
def test_mail_of_another_domain_is_refused_in_the_envelope_and_in_its_headers(
    server: Props, session: smtplib.SMTP, sender: str
) -> None:
    with pytest.raises(smtplib.SMTPSenderRefused, match=r"mail is from shop\.example here"):
        session.send_message(mail(sender=sender))
    with pytest.raises(smtplib.SMTPDataError, match=f"its From says {sender}"):
        session.send_message(mail(sender=sender), from_addr=SENDER)


def test_more_recipients_than_a_real_service_takes_are_refused(server: Props, session: smtplib.SMTP) -> None:
    many = [f"a{number}@customer.example" for number in range(51)]
    refused = session.send_message(mail(), to_addrs=many)
    assert refused.keys() == {"a50@customer.example"}


def test_a_link_sends_as_a_user_of_its_own_until_it_goes(server: Props) -> None:
    link = user(server, "mailer_user", {"access": "send"}, "api__mail")
    api = ensure(link)
    assert not changed(link)
    with connect(server) as session:
        session.login(api.name, api.password)
        session.send_message(mail(to="linked@customer.example"))
    assert received(server, "linked@customer.example")[0]["username"] == "api__mail"
    delete(link)
    with connect(server) as session, pytest.raises(smtplib.SMTPAuthenticationError):
        session.login(api.name, api.password)
    assert ensure(link) != api


def test_its_mails_and_its_users_outlive_a_kill(server: Props) -> None:
    link = user(server, "mailer_user", {"access": "send"}, "worker__mail")
    worker, before = ensure(link), len(received(server, ANN))
    kill(server)
    assert HANDLER.changed(server, server)
    HANDLER.ensure(server)
    assert ensure(link) == worker == User("worker__mail", worker.password)
    assert len(received(server, ANN)) == before


def test_another_domain_takes_over_in_place(home_dir: Path) -> None:
    HANDLER.ensure(props_in(home_dir))
    props = props_in(home_dir, "store.example")
    try:
        HANDLER.ensure(props)
        with connect(props) as session:
            session.login("app", box_of(props).record.secrets["password"])
            session.send_message(mail(sender="a@store.example"))
            with pytest.raises(smtplib.SMTPSenderRefused):
                session.send_message(mail())
    finally:
        HANDLER.delete("", props)
