"""What a Mailer takes, and what one that stands already gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from infra_kit import Domain, Mailer, Service, Target
from infra_kit.errors import SpecError
from infra_kit.testing import Recording, record

RELAY = "smtp://us%40er:p%2Fw@smtp.relay.example:587"


def mailer(**arguments: Any) -> Recording:
    return record(lambda: Mailer("mail", target=Target(name="local"), **{"domain": "shop.example", **arguments}))


def existing(url: str, **more: Any) -> Mapping[str, Any]:
    return record(lambda: Mailer.existing("mail", domain="shop.example", url=url, **more)).named("mail").outputs


def test_mail_is_from_nobody_in_particular_unless_somebody_is_said() -> None:
    assert mailer().named("mail").outputs["sender"] == "no-reply@shop.example"
    assert mailer(sender="orders@shop.example").named("mail").outputs["sender"] == "orders@shop.example"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"domain": "*.shop.example"}, "mail is from one domain: leave '*.' out"),
        ({"domain": "Shop"}, "a domain name in lower case is needed"),
        ({"sender": "orders@other.example"}, "mail is from shop.example alone, e.g. 'shop@shop.example'"),
        ({"sender": "orders@sub.shop.example"}, "mail is from shop.example alone"),
        ({"sender": "orders"}, "an address is needed"),
        ({"feedback": ["everybody"]}, "an address is needed"),
        ({"dmarc": "maybe"}, "'none', 'quarantine' or 'reject'"),
    ],
)
def test_what_cannot_be_is_refused(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(SpecError, match=r"Mailer 'mail': ") as refused:
        mailer(**wrong)
    assert says in str(refused.value)


def test_a_zone_that_the_domain_is_not_in_is_refused() -> None:
    def program() -> None:
        Mailer("mail", domain="shop.example", zones=[Domain("zone", domain="other.example")])

    with pytest.raises(SpecError, match=r"none of domains is in 'zone' \(other\.example\)"):
        record(program)


def test_a_relay_that_stands_is_used_as_it_is() -> None:
    known = existing(RELAY)
    assert {key: known[key] for key in ("host", "port", "username", "password", "security", "sender", "records")} == {
        "host": "smtp.relay.example",
        "port": 587,
        "username": "us@er",
        "password": "p/w",
        "security": "starttls",
        "sender": "no-reply@shop.example",
        "records": [],
    }
    assert existing("smtps://user:pw@smtp.relay.example")["port"] == 465
    assert existing("smtps://user:pw@smtp.relay.example")["security"] == "tls"
    assert existing(RELAY, sender="orders@shop.example")["sender"] == "orders@shop.example"


def test_a_relay_that_is_none_is_refused_and_not_shown() -> None:
    with pytest.raises(SpecError, match=r"smtp://user:password@host:port\.") as refused:
        existing("http://user:hunter2@relay.example")
    assert "hunter2" not in str(refused.value)


def test_a_link_to_a_relay_that_stands_is_its_own_user_on_every_target() -> None:
    def program() -> None:
        mail = Mailer.existing("mail", domain="shop.example", url=RELAY)
        Service("api", command=["python", "app.py"], links=[mail.link()])

    told = record(program).named("api-server").inputs
    assert told["environment"]["MAIL_HOST"] == "smtp.relay.example"
    assert told["environment"]["MAIL_SENDER"] == "no-reply@shop.example"
    assert told["secrets"]["MAIL_PASSWORD"] == "p/w"
    assert told["secrets"]["MAIL_URL"] == RELAY
