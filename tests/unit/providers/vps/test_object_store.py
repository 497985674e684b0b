"""ObjectStore on a VPS: what runs, who has which key, and what the bucket's script is told."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

from infra_kit import CorsRule, Environment, LifecycleRule, ObjectStore, Target, features
from infra_kit.components.object_store import ObjectStoreSpec
from infra_kit.providers.vps import object_store as driver
from infra_kit.providers.vps.object_store import cors, lifecycle
from infra_kit.providers.vps.settings import VpsSettings
from infra_kit.testing import Recording, record
from tests.unit.lacking import gaps

HOST = VpsSettings(host="vps-1.example.com", host_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey", user="deploy")


def store(environment: Environment = Environment.STAGING, **asked: Any) -> Recording:
    target = Target(name="vps", app="shop", environment=environment, settings=HOST)
    return record(lambda: ObjectStore("files", target=target, **asked))


def files(made: Recording) -> dict[str, str]:
    return {upload["file"]: upload["content"] for upload in made.named("files-server-files").inputs["uploads"]}


def variables(made: Recording) -> dict[str, str]:
    told = made.named("files-bucket").inputs["stdin"].partition("#!/bin/sh")[0]
    return dict(re.findall(r"^([A-Z_0-9]+)='?(.*?)'?$", told, re.MULTILINE))


def test_the_bucket_is_reached_in_the_data_network_and_nowhere_else() -> None:
    made = store()
    server = made.named("files-server").inputs

    assert made.named("files").outputs["s3_endpoint"] == "http://files-server:8333"
    assert made.named("files").outputs["bucket"] == "shop-files"
    assert "ports" not in server
    assert [network["aliases"] for network in server["networksAdvanced"]] == [["files-server"]]


def test_the_keys_are_in_files_and_in_no_argument() -> None:
    made = store()
    config = json.loads(re.sub(r"@\w+@\n", "", files(made)["/run/infra-kit/s3.template"]))
    server = made.named("files-server")

    assert {identity["name"] for identity in config["identities"]} == {"admin", "app", "cdn"}
    assert made.named("files-server-files").secret_inputs == {"uploads"}
    assert "recorded-password" not in str(server.inputs)
    assert "recorded-password" not in made.named("files-bucket").inputs["stdin"]


def test_every_part_of_weed_has_a_token_of_its_own_and_the_certificate_of_the_volume() -> None:
    parsed = tomllib.loads(files(store())["/run/infra-kit/security.toml"])
    tokens = [parsed["jwt"][part]["key"] for part in ("signing", "filer_signing")]
    tokens += [parsed["jwt"][part]["read"]["key"] for part in ("signing", "filer_signing")]

    assert len(set(tokens)) == 4
    assert parsed["grpc"]["ca"] == "/data/tls/ca.crt"


def test_the_certificates_key_is_made_on_the_host_before_the_server_and_never_leaves_it() -> None:
    made = store()
    certificate = made.named("files-certificate")

    assert "FOLDER=/data/tls" in certificate.inputs["stdin"]
    assert certificate.urn in made.named("files-server").options.depends_on
    assert certificate.inputs["logging"] == "none"


def test_the_objects_outlive_the_stack_and_in_production_are_protected() -> None:
    def kept(environment: Environment) -> tuple[bool, bool]:
        options = store(environment).named("files-data").options
        return options.protect, options.retain_on_delete

    assert kept(Environment.DEVELOPMENT) == (False, False)
    assert kept(Environment.STAGING) == (False, True)
    assert kept(Environment.PRODUCTION) == (True, True)


def test_the_script_is_told_each_setting_and_without_any_takes_them_away() -> None:
    rules = {"tmp": LifecycleRule(prefix="tmp/", expire_after_days=7)}
    asked = variables(store(versioning=True, retention_lock=30, lifecycle=rules))
    plain = variables(store())

    assert (asked["VERSIONING"], asked["LOCK_DAYS"], asked["LOCK_MODE"]) == ("Enabled", "30", "GOVERNANCE")
    assert "<Days>7</Days>" in asked["LIFECYCLE"]
    assert (plain["VERSIONING"], plain["LOCK_DAYS"], plain["LIFECYCLE"], plain["CORS"]) == ("Suspended", "0", "", "")


def test_a_lock_holds_against_everybody_where_data_is_protected_and_elsewhere_its_owner_lifts_it() -> None:
    def mode(environment: Environment) -> str:
        return variables(store(environment, versioning=True, retention_lock=30))["LOCK_MODE"]

    assert mode(Environment.PRODUCTION) == "COMPLIANCE"
    assert mode(Environment.STAGING) == mode(Environment.DEVELOPMENT) == "GOVERNANCE"


def test_the_script_runs_again_in_a_server_that_was_replaced() -> None:
    made = store()

    assert made.named("files-bucket").inputs["create"] == "docker exec -i files-server-id sh -s"
    assert made.named("files-server-ready").urn in made.named("files-bucket").options.depends_on


def test_a_rule_is_s3s_xml_and_cannot_leave_its_element() -> None:
    rule = LifecycleRule(prefix="a&b<c/", expire_after_days=7, noncurrent_expire_after_days=2)

    assert lifecycle({"tmp": rule}) == (
        "<LifecycleConfiguration><Rule><ID>tmp</ID><Status>Enabled</Status><Filter><Prefix>a&amp;b&lt;c/</Prefix></Filter>"
        "<Expiration><Days>7</Days></Expiration>"
        "<NoncurrentVersionExpiration><NoncurrentDays>2</NoncurrentDays></NoncurrentVersionExpiration>"
        "</Rule></LifecycleConfiguration>"
    )


def test_a_cors_rule_names_origins_methods_headers_and_age() -> None:
    spec = ObjectStoreSpec(cors=(CorsRule(origins=("https://a.example",), headers=("X-A",), max_age_seconds=60),))

    assert cors(spec) == (
        "<CORSConfiguration><CORSRule><AllowedOrigin>https://a.example</AllowedOrigin><AllowedMethod>GET</AllowedMethod>"
        "<AllowedMethod>HEAD</AllowedMethod><AllowedHeader>X-A</AllowedHeader><MaxAgeSeconds>60</MaxAgeSeconds>"
        "</CORSRule></CORSConfiguration>"
    )


def test_what_everybody_may_read_goes_through_a_cdn() -> None:
    assert "Cdn" in gaps(driver, ObjectStoreSpec(public_read=True))[features.PUBLIC_READ]


def test_production_is_told_that_no_copy_leaves_the_host() -> None:
    said = "its objects have no copy away from the host: what vps-1.example.com loses is lost"

    assert said in "\n".join(store(Environment.PRODUCTION).warnings)
    assert said not in "\n".join(store(Environment.STAGING).warnings)
