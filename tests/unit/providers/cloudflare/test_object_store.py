"""A bucket of R2, and what the keys to it may do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from infra_kit import Cdn, CorsRule, LifecycleRule, ObjectStore, Service, Target
from infra_kit.errors import ConfigError, DriverMissingError, SpecError, UnsupportedFeatureError
from infra_kit.links import Link
from infra_kit.testing import Recording, record

ACCOUNT = "0123456789abcdef0123456789abcdef"
CONFIG = {
    "infra-kit:target": "aws",
    "infra-kit:environment": "production",
    "infra-kit:app": "shop",
    "infra-kit:region": "us-east-1",
    "infra-kit:placements": {"images": "cloudflare"},
    "infra-kit:cloudflare": {"account": ACCOUNT},
}
"""One line of a stack's file places its images elsewhere."""


def made(link: Callable[[ObjectStore], Link] | None = None, config: Any = None, **arguments: Any) -> Recording:
    def program() -> None:
        images = ObjectStore("images", **arguments)
        if link:
            Service("api", image="registry.example/api:1", links=[link(images)])

    return record(program, config={**CONFIG, **(config or {})})


def test_a_line_of_the_stacks_file_places_a_component_elsewhere() -> None:
    here = made()
    bucket = here.named("images-bucket").inputs
    assert (bucket["accountId"], bucket["jurisdiction"], bucket["name"]) == (ACCOUNT, "default", "images-c0c0c0c0")
    images = here.named("images").outputs
    assert images["s3_endpoint"] == f"https://{ACCOUNT}.r2.cloudflarestorage.com"
    assert not here.of_type("aws:s3/bucket:Bucket")
    assert made(config={"infra-kit:placements": {}}).of_type("aws:s3/bucket:Bucket")


def test_data_that_must_stay_in_europe_has_an_address_there() -> None:
    stack = made(config={"infra-kit:cloudflare": {"account": ACCOUNT, "jurisdiction": "eu"}})
    assert stack.named("images").outputs["s3_endpoint"] == f"https://{ACCOUNT}.eu.r2.cloudflarestorage.com"
    assert stack.named("images-bucket").inputs["jurisdiction"] == "eu"
    assert f"bucket.{ACCOUNT}_eu_images-c0c0c0c0" in stack.named("images-token").inputs["policies"][0]["resources"]


def test_a_bucket_of_production_is_protected_and_stays_when_its_stack_goes() -> None:
    options = made().named("images-bucket").options
    assert (options.protect, options.retain_on_delete) == (True, True)


@pytest.mark.parametrize(
    ("access", "permission"),
    [
        (("read",), "6a018a9f2fc74eb6b293b0c548f38b39"),
        (("read", "write", "delete"), "2efd5506f9c8494dacb1fa10a3e7d5b6"),
    ],
)
def test_a_service_on_another_target_has_a_token_of_its_own_for_this_bucket_alone(access: Any, permission: str) -> None:
    stack = made(lambda images: images.link(*access))
    token = stack.named("api-link-images-token")
    (policy,) = token.inputs["policies"]
    assert [it["id"] for it in policy["permissionGroups"]] == [permission]
    assert json.loads(policy["resources"]) == {f"com.cloudflare.edge.r2.bucket.{ACCOUNT}_default_images-c0c0c0c0": "*"}
    container = json.loads(stack.named("api-task").inputs["containerDefinitions"])[0]
    plain = {it["name"]: it["value"] for it in container["environment"]}
    assert plain["IMAGES_ENDPOINT"] == f"https://{ACCOUNT}.r2.cloudflarestorage.com"
    assert plain["IMAGES_ACCESS_KEY"] == "api-link-images-token-id"
    assert "IMAGES_SECRET_KEY" in {it["name"] for it in container["secrets"]}


def test_the_secret_key_is_the_digest_of_the_tokens_value_and_a_secret() -> None:
    images = made().named("images")
    assert images.outputs["secret_key"] == hashlib.sha256(b"recorded-token").hexdigest()
    assert images.secret_outputs == {"secret_key"}


@pytest.mark.parametrize(
    ("link", "said"),
    [
        (lambda images: images.link("write"), "access: given write; a token of R2 reads, or it reads, writes and"),
        (lambda images: images.link(), "access: given read, write; a token of R2 reads"),
        (lambda images: images.link("read", prefix="a/"), "prefix: given 'a/'; a token of R2 is for all objects"),
    ],
)
def test_a_link_that_would_get_more_than_it_asks_for_is_refused(link: Callable[[ObjectStore], Link], said: str) -> None:
    with pytest.raises(SpecError) as refused:
        made(link)
    assert str(refused.value).startswith(f"Service 'api': links: ObjectStore 'images': {said}")


def test_objects_age_and_pages_use_them_as_the_spec_says() -> None:
    rules = {
        "old": LifecycleRule(prefix="tmp/", expire_after_days=7),
        "cold": LifecycleRule(archive_after_days=30, expire_after_days=90),
    }
    stack = made(lifecycle=rules, cors=[CorsRule(origins=["https://app.example.com"], headers=["X-A"])])
    cold, old = stack.named("images-lifecycle").inputs["rules"]
    day = 86_400
    assert old["conditions"] == {"prefix": "tmp/"}
    assert old["deleteObjectsTransition"]["condition"] == {"type": "Age", "maxAge": 7 * day}
    assert cold["deleteObjectsTransition"]["condition"]["maxAge"] == 90 * day
    assert cold["storageClassTransitions"] == [
        {"condition": {"type": "Age", "maxAge": 30 * day}, "storageClass": "InfrequentAccess"}
    ]
    (cors,) = stack.named("images-cors").inputs["rules"]
    assert cors["allowed"] == {"origins": ["https://app.example.com"], "methods": ["GET", "HEAD"], "headers": ["X-A"]}


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ({"versioning": True}, "R2 keeps one version"),
        ({"public_read": True}, "put a Cdn before the store"),
    ],
)
def test_what_r2_has_not_is_refused_with_a_way_out(asked: dict[str, Any], hint: str) -> None:
    with pytest.raises(UnsupportedFeatureError, match=hint):
        made(**asked)


def test_a_cdn_on_another_target_reads_it_with_its_own_keys() -> None:
    """Where that takes any S3 API: on local and vps."""

    def program() -> None:
        Cdn("edge", routes={"/images/*": ObjectStore("images")})

    stack = record(program, config={**CONFIG, "infra-kit:target": "local", "infra-kit:environment": "development"})
    route = stack.named("edge-server").inputs["routes"]["/images/*"]
    assert (route["origin"], route["bucket"], route["region"], route["access_key"]) == (
        f"https://{ACCOUNT}.r2.cloudflarestorage.com", "images-c0c0c0c0", "auto", "images-token-id",
    )  # fmt: skip


def test_a_component_that_cloudflare_has_not_is_refused() -> None:
    with pytest.raises(DriverMissingError, match="has no driver for 'service' yet; it has: domain, object_store"):
        record(lambda: Service("api", image="api:1", target=Target(name="cloudflare")), config=CONFIG)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"infra-kit:cloudflare": {}}, "infra-kit:cloudflare: account"),
        ({"infra-kit:cloudflare": {"account": "me"}}, "account: an account's id is needed"),
        ({"infra-kit:placements": {"images": ["cloudflare"]}}, "placements: images: given .* the name of a target"),
    ],
)
def test_settings_that_cannot_hold_are_refused(config: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        made(config=config)


def test_a_placement_of_what_the_program_does_not_make_is_said() -> None:
    (said,) = made(config={"infra-kit:placements": {"images": "cloudflare", "image": "cloudflare"}}).warnings
    assert said == "infra-kit:placements: image: this program makes no component of that name, so nothing was placed."
