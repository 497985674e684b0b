"""A Mailer by somebody's relay, on the targets that send no mail by themselves."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
from pydantic import SecretStr

from infra_kit import Domain, Environment, Mailer, Record, Service, Target
from infra_kit.errors import ConfigError, SpecError
from infra_kit.providers.common.relay import Relay
from infra_kit.providers.gcp.settings import GcpSettings
from infra_kit.providers.vps.settings import Smtp, VpsSettings
from infra_kit.testing import Recording, record

LOGIN: dict[str, Any] = {"host": "smtp.relay.example", "username": "us@er", "password": SecretStr("p/w")}


def gcp(**more: Any) -> Target:
    return Target(
        name="gcp",
        app="shop",
        environment=Environment.STAGING,
        region="europe-west1",
        settings=GcpSettings(smtp=Relay(**LOGIN, **more)),
    )


def vps(**more: Any) -> Target:
    smtp = Smtp(**LOGIN, sender="alerts@shop.example", **more)
    host = VpsSettings(host="vps-1.example.com", host_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey", smtp=smtp)
    return Target(name="vps", app="shop", environment=Environment.STAGING, settings=host)


each_target = pytest.mark.parametrize("of", [gcp, vps])


def mailer(target: Target, *, zone: Target | None = None, **arguments: Any) -> Recording:
    def program() -> None:
        zones = [Domain("zone", target=zone, domain="shop.example")] if zone else []
        Mailer("mail", target=target, domain="shop.example", zones=zones, **arguments)

    return record(program, config={"infra-kit:environment": "staging"})


@each_target
@pytest.mark.parametrize(
    ("port", "security", "url"),
    [
        (587, "starttls", "smtp://us%40er:p%2Fw@smtp.relay.example:587"),
        (2525, "starttls", "smtp://us%40er:p%2Fw@smtp.relay.example:2525"),
        (465, "tls", "smtps://us%40er:p%2Fw@smtp.relay.example:465"),
    ],
)
def test_mail_goes_by_the_relay_of_the_settings_and_always_by_tls(of: Any, port: int, security: str, url: str) -> None:
    known = mailer(of(port=port)).named("mail")
    assert (known.outputs["security"], known.outputs["url"]) == (security, url)
    assert known.outputs["sender"] == "no-reply@shop.example"
    assert {"password", "url"} <= known.secret_outputs


@each_target
def test_whoever_is_linked_is_the_relays_user(of: Any) -> None:
    def program() -> None:
        mail = Mailer("mail", target=of(), domain="shop.example")
        Service("api", target=of(), image="registry.example/api:1", command=["app"], links=[mail.link()])

    made = str([it.inputs for it in record(program, config={"infra-kit:environment": "staging"}).resources])
    assert "MAIL_URL" in made
    assert "us@er" in made


def test_without_a_relay_it_is_refused_and_told_what_to_say() -> None:
    nobody = Target(name="gcp", environment=Environment.STAGING, region="europe-west1")
    with pytest.raises(
        SpecError, match=r"Mailer 'mail': gcp sends no mail by itself.*infra-kit:gcp: \{smtp: "
    ) as refused:
        mailer(nobody)
    assert "pulumi config set --secret --path 'infra-kit:gcp.smtp.password'" in str(refused.value)


def test_what_others_do_with_the_rest_is_a_record_and_who_may_send_where_the_relay_says_it() -> None:
    dmarc = '_dmarc.shop.example. 300 IN TXT "v=DMARC1; p=none"'
    assert mailer(gcp(), dmarc="none").named("mail").outputs["records"] == [dmarc]
    assert mailer(gcp(spf="include:spf.relay.example ip4:192.0.2.1/24"), dmarc="none").named("mail").outputs[
        "records"
    ] == [
        'shop.example. 300 IN TXT "v=spf1 include:spf.relay.example ip4:192.0.2.1/24 ~all"',
        dmarc,
    ]


def test_a_zone_of_any_target_has_the_records_made() -> None:
    aws = Target(name="aws", app="shop", environment=Environment.STAGING, region="eu-west-1")
    made = mailer(vps(), zone=aws)
    assert [it.name for it in made.children("zone") if "_dmarc" in it.name] == ["zone-txt-_dmarc.shop.example"]
    listed = mailer(gcp(), zone=vps()).named("zone").outputs["to_set"]
    assert any("_dmarc.shop.example." in line for line in listed)


def test_a_record_that_the_zone_has_already_is_a_clash() -> None:
    def program() -> None:
        own = [Record("_dmarc", "TXT", ["v=DMARC1; p=none"])]
        zone = Domain("zone", target=gcp(), domain="shop.example", records=own)
        Mailer("mail", target=gcp(), domain="shop.example", zones=[zone])

    with pytest.raises(
        SpecError, match=r"_dmarc\.shop\.example: the zone 'zone' has a record TXT of that name already"
    ):
        record(program, config={"infra-kit:environment": "staging"})


def test_settings_that_lack_the_password_say_how_it_is_set() -> None:
    with pytest.raises(ConfigError, match=r"pulumi config set --secret --path 'infra-kit:gcp\.smtp\.password'"):
        GcpSettings.parse("infra-kit:gcp", {"smtp": {"host": "smtp.relay.example", "username": "shop"}})


@pytest.mark.parametrize("spf", ["v=spf1 include:x.example ~all", "include:", "all", "include:x.example; drop"])
def test_what_is_no_mechanism_of_spf_is_refused(spf: str) -> None:
    with pytest.raises(SpecError, match="without 'v=spf1' and 'all'"):
        Relay(**LOGIN, spf=spf)


def test_the_password_may_be_an_output() -> None:
    password = {**LOGIN, "password": pulumi.Output.from_input("later")}
    target = Target(
        name="gcp", environment=Environment.STAGING, region="europe-west1", settings=GcpSettings(smtp=Relay(**password))
    )
    assert mailer(target).named("mail").outputs["password"] == "later"
