"""ObjectStore on the local target: what is refused, and what SeaweedFS is told."""

from __future__ import annotations

import json
import re
import tomllib
from collections import defaultdict

import pytest

from infra_kit import ObjectStore, features
from infra_kit.components.object_store import LifecycleRule, ObjectStoreSpec
from infra_kit.providers.common import seaweed
from infra_kit.providers.local import object_store as driver
from infra_kit.providers.local.object_store import HINTS
from infra_kit.providers.local.servers import bucket
from infra_kit.testing import record
from tests.unit.lacking import gaps


def test_archiving_is_a_gap_with_a_way_out() -> None:
    spec = ObjectStoreSpec(lifecycle={"old": LifecycleRule(archive_after_days=365, expire_after_days=730)})

    assert dict(gaps(driver, spec)) == {features.ARCHIVE: HINTS[features.ARCHIVE]}
    assert not gaps(driver, spec.without(features.ARCHIVE))


def test_the_server_gets_the_spec_as_plain_values_and_a_bucket_named_after_the_product() -> None:
    rules = {"tmp": LifecycleRule(prefix="tmp/", expire_after_days=7)}
    made = record(lambda: ObjectStore("files", lifecycle=rules), config={"infra-kit:app": "Zuclubit"})

    server = made.named("files-server")
    assert server.inputs["bucket"] == "zuclubit-files"
    assert server.inputs["lifecycle"]["tmp"]["expire_after_days"] == 7
    assert (server.inputs["versioning"], server.inputs["public_read"]) == (False, False)
    assert "private" in server.options.additional_secret_outputs


@pytest.mark.parametrize(("environment", "mode"), [("production", "COMPLIANCE"), ("staging", "GOVERNANCE")])
def test_a_lock_holds_against_everybody_in_production_alone(environment: str, mode: str) -> None:
    made = record(
        lambda: ObjectStore("files", versioning=True, retention_lock=30), config={"infra-kit:environment": environment}
    )
    assert made.named("files-server").inputs["lock_mode"] == mode


@pytest.mark.parametrize(
    ("app", "name", "expected"),
    [
        ("zuclubit", "files", "zuclubit-files"),
        ("Founder Diary!", "f", "founder-diary-f"),
        ("", "f", "bucket-f"),
        ("x" * 80, "files", "x" * 57 + "-files"),
    ],
)
def test_bucket_names_are_legal_in_s3(app: str, name: str, expected: str) -> None:
    assert seaweed.bucket_name(app, name) == expected
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", expected)


def test_only_our_own_identity_is_an_administrator() -> None:
    config = seaweed.identities(defaultdict(str, admin_key="a", app_key="b", cdn_key="c"), "files-bucket")
    policies = {policy["name"]: json.loads(policy["content"]) for policy in config["policies"]}

    assert [found["name"] for found in config["identities"] if "actions" in found] == ["admin"]
    for policy in policies.values():
        for statement in policy["Statement"]:
            assert {resource.removesuffix("/*") for resource in statement["Resource"]} == {"arn:aws:s3:::files-bucket"}
            assert not [action for action in statement["Action"] if action.startswith("s3:PutBucket")]
    assert policies["cdn"]["Statement"][0]["Action"] == ["s3:GetObject"]


def test_every_part_of_weed_asks_for_a_token_or_a_certificate() -> None:
    secrets = {name: f"secret-{name}" for name in ("volume_write", "volume_read", "filer_write", "filer_read")}
    parsed = tomllib.loads(seaweed.security("/conf", {**secrets, "admin_password": "secret-admin"}))

    assert parsed["jwt"]["signing"] == {"key": "secret-volume_write", "read": {"key": "secret-volume_read"}}
    assert parsed["jwt"]["filer_signing"] == {"key": "secret-filer_write", "read": {"key": "secret-filer_read"}}
    assert parsed["admin"]["password"] == "secret-admin"
    assert parsed["grpc"]["filer"] == {"cert": "/conf/weed.crt", "key": "/conf/weed.key"}


def test_a_rule_reaches_s3_with_whole_days() -> None:
    assert bucket.lifecycle_rule("tmp", {"prefix": "tmp/", "expire_after_days": 7.0}) == {
        "ID": "tmp",
        "Status": "Enabled",
        "Filter": {"Prefix": "tmp/"},
        "Expiration": {"Days": 7},
    }


@pytest.mark.parametrize(("old", "new"), [(None, None), (None, 5), (5, 5), (5, 6)])
def test_a_retention_lock_may_be_added_and_made_longer(old: int | None, new: int | None) -> None:
    assert bucket.weaker_lock("files", old, new) == ""


@pytest.mark.parametrize(("old", "new"), [(5, 4), (5, None)])
def test_a_shorter_retention_lock_is_refused_with_the_safe_way(old: int, new: int | None) -> None:
    assert re.search("files: retention_lock is 5 days.*The safe way", bucket.weaker_lock("files", old, new))
