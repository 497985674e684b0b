from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from infra_kit import Health, Postgres, Redis, Release, Service, Sidecar, Volume
from infra_kit.components.service import ServiceSpec
from infra_kit.errors import SpecError
from infra_kit.testing import record
from tests.unit.refusals import refusal


def refused(**arguments: Any) -> str:
    message = refusal(lambda: Service("api", **{"command": ["python", "app.py"], **arguments}), SpecError)
    return message.removeprefix("Service 'api': ")


@pytest.mark.parametrize("port", [0, -1, 65_536])
def test_a_port_out_of_range_is_refused(port: int) -> None:
    assert refused(port=port) == f"port: at least 1 and at most 65535 is needed, given {port}"


def test_there_are_not_more_instances_at_least_than_at_most() -> None:
    message = refused(min_instances=3, max_instances=2)
    assert message == "max_instances: given 2, it must not be below min_instances (3)"


def test_a_service_has_at_least_one_instance() -> None:
    assert refused(min_instances=0) == "min_instances: at least 1 and at most 1000 is needed, given 0"
    assert refused(max_instances=0) == "max_instances: at least 1 and at most 1000 is needed, given 0"


@pytest.mark.parametrize("image", ["", "a b:1", "API:1.4", "api:", "https://registry.example/api:1", "api@sha256:12"])
def test_an_image_is_one_that_a_registry_may_have(image: str) -> None:
    assert refused(image=image) == (
        f"image: an OCI image by tag or digest is needed, e.g. 'registry.example/api:1.4', given {image!r}"
    )
    with pytest.raises(SpecError, match="Sidecar: image: an OCI image by tag or digest is needed"):
        Sidecar(image=image)


@pytest.mark.parametrize(
    "image",
    [
        "api", "api:1.4", "shop/api__x:V1_2-3", "localhost:5000/api", "[::1]:5000/shop/api:1", "Registry.example/a.b-c",
        f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/api:1@sha256:{'0a' * 32}",
    ],
)  # fmt: skip
def test_images_are_taken_from_any_registry_by_tag_and_by_digest(image: str) -> None:
    def program() -> None:
        assert Service("api", image=image, command=["app"]).spec.image == image

    record(program)


@pytest.mark.parametrize("path", ["health", "", "https://x/health", "/health?full=1"])
def test_a_health_path_begins_with_a_slash(path: str) -> None:
    with pytest.raises(SpecError, match=r"Health: path: a path that begins with '/' is needed, e\.g\. '/health'"):
        Health(path=path)


@pytest.mark.parametrize("path", ["health", ""])
def test_so_does_the_path_of_a_smoke_test(path: str) -> None:
    with pytest.raises(
        SpecError, match=r"Release: smoke_tests\.0: a path that begins with '/' is needed, e.g. '/health'"
    ):
        Release(smoke_tests=[path])


@pytest.mark.parametrize("timeout", ["30s", "1m"])
def test_a_check_is_over_before_the_next_one(timeout: str) -> None:
    with pytest.raises(SpecError, match=f"Health: timeout: given {timeout}, it must be below interval"):
        Health(interval="30s", timeout=timeout)


@pytest.mark.parametrize("where", ["environment", "secrets"])
@pytest.mark.parametrize("name", ["MY-VAR", "1ST", "", "A B"])
def test_a_variable_has_a_name_that_a_shell_takes(where: str, name: str) -> None:
    assert "the name of an environment variable is needed, e.g. 'LOG_LEVEL'" in refused(**{where: {name: "x"}})


def test_a_variable_is_said_once() -> None:
    message = refused(environment={"KEY": "x"}, secrets={"KEY": "y"})
    assert message == "secrets: KEY stands in environment too; each variable is said once"


@pytest.mark.parametrize("where", ["environment", "secrets"])
@pytest.mark.parametrize("name", ["PORT", "VOLUME_UPLOADS"])
def test_a_variable_that_the_service_itself_sets_is_not_said(where: str, name: str) -> None:
    message = refused(volumes={"uploads": Volume(path="/uploads")}, **{where: {name: "8080"}})
    assert message == f"{where}: {name} is set by infra_kit, which knows its value; leave it out"


@pytest.mark.parametrize("part", ["volumes", "sidecars"])
@pytest.mark.parametrize("name", ["", "Uploads", "up_loads", "../data", "1st", "a--b", "a" * 25])
def test_a_part_is_called_as_components_are(part: str, name: str) -> None:
    value = Volume(path="/data") if part == "volumes" else Sidecar(image="proxy:1")
    message = refused(**{part: {name: value}})
    assert message.startswith(f"{part}.{name}")
    assert "a name of at most 24 lower-case letters, digits and single hyphens is needed" in message


def test_a_secret_that_is_no_text_is_refused() -> None:
    assert refused(secrets={"KEY": 7}).startswith("secrets.KEY: a text is needed, plain or an Output")


@pytest.mark.parametrize(
    ("make", "given"),
    [(lambda: Redis("order-cache"), "Redis 'order-cache'"), (lambda: "order-cache", "'order-cache'")],
)
def test_a_link_is_made_by_link(make: Callable[[], Any], given: str) -> None:
    message = refusal(lambda: Service("api", command=["x"], links=[make()]), SpecError)
    needed = "Service 'api': links.0: a Link is needed, which the component makes: links=[order_cache.link()]"
    assert message == f"{needed}, given {given}"


def test_a_command_is_a_list() -> None:
    assert refused(command="python app.py").startswith("command: a list is needed")


def test_who_grows_without_a_bound_is_as_many_as_at_least() -> None:
    assert ServiceSpec(min_instances=2).most_instances == 2
    assert ServiceSpec(min_instances=2, max_instances=20).most_instances == 20


def test_two_names_are_two_links() -> None:
    def program() -> None:
        db = Postgres("db", databases=["app", "audit"])
        Service("api", command=["x"], links=[db.link(), db.link("read", database="audit", name="AUDIT")])

    variables = record(program).named("api-server").inputs["secrets"]
    assert {"DB_URL", "AUDIT_URL"} <= variables.keys()
