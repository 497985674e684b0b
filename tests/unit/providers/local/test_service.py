"""The local half of Service, as far as it needs no process."""

from __future__ import annotations

import pytest

from infra_kit import Health, Release, Service, Sidecar, Volume, features
from infra_kit.components.service import ServiceSpec
from infra_kit.errors import SpecError
from infra_kit.providers.local import service as driver
from infra_kit.stateful import is_stateful
from infra_kit.testing import Resource, record
from tests.unit.lacking import gaps

PRODUCTION = {"infra-kit:environment": "production"}


def server(name: str = "api-server", **arguments: object) -> Resource:
    made = record(lambda: Service("api", **{"command": ["python", "app.py"], **arguments}), config=PRODUCTION)  # type: ignore[arg-type]
    return made.named(name)


def test_what_containers_and_clouds_do_is_a_gap_with_a_way_out() -> None:
    found = gaps(driver, ServiceSpec(command=["x"], max_instances=4, sidecars={"proxy": Sidecar(image="x")}))

    assert set(found) == {features.AUTOSCALING, features.SIDECARS}
    assert "leave max_instances out" in found[features.AUTOSCALING]
    assert "as a Worker or a Service of its own" in found[features.SIDECARS]


def test_an_image_alone_is_refused_with_what_is_needed_here() -> None:
    with pytest.raises(SpecError, match=r"Service 'api': command: needed on local.*command=\['python', 'app.py'\]"):
        record(lambda: Service("api", image="registry.example/api:1.4"))


def test_another_image_is_another_version_though_none_is_run() -> None:
    assert server(image="api:1").inputs["image"] == "api:1"


def test_durations_are_seconds() -> None:
    inputs = server(
        health=Health(interval="10s", timeout="2s", start_timeout="2m"),
        release=Release(watch="1m"),
        stop_timeout="45s",
        log_retention="7d",
    ).inputs

    assert inputs["health"].items() >= {"interval": 10, "timeout": 2, "start_timeout": 120}.items()
    assert inputs["release"]["watch"] == 60
    assert (inputs["stop_timeout"], inputs["log_retention"]) == (45, 7 * 86_400)


@pytest.mark.parametrize(
    ("release", "watched"),
    [
        (Release(), 0),
        (Release(smoke_tests=["/health"]), 0),
        (Release(strategy="blue-green"), 300),
        (Release(max_error_percent=5), 300),
        (Release(max_failed_checks=3), 300),
        (Release(watch="2m"), 120),
    ],
)
def test_a_release_is_watched_with_blue_green_and_where_that_was_asked(release: Release, watched: int) -> None:
    assert server(release=release).inputs["release"]["watch"] == watched


def test_secrets_are_one_secret_input() -> None:
    made = server(environment={"LEVEL": "info"}, secrets={"TOKEN": "hush"})

    assert made.secret_inputs == {"secrets"}
    assert made.inputs["secrets"] == {"TOKEN": "hush"}
    assert made.inputs["environment"] == {"LEVEL": "info"}


def test_it_holds_data_only_with_a_volume() -> None:
    without, made = server(), server(volumes={"uploads": Volume(path="/data")})

    assert (is_stateful(without.type, without.inputs), without.options.protect) == (False, False)
    assert (is_stateful(made.type, made.inputs), made.options.protect) == (True, True)
    assert made.inputs["volumes"] == {"uploads": "VOLUME_UPLOADS"}


def test_only_what_is_linked_is_told_where_it_is() -> None:
    def program() -> None:
        api = Service("api", command=["python", "app.py"])
        Service("web", command=["python", "web.py"], links=[api.link(name="BACKEND")])
        Service("other", command=["python", "other.py"])

    made = record(program)

    port = made.named("api-server").outputs["public"]["port"]
    assert made.named("web-server").inputs["environment"] == {
        "BACKEND_URL": f"http://127.0.0.1:{port}", "BACKEND_HOST": "127.0.0.1", "BACKEND_PORT": str(port),
    }  # fmt: skip
    assert str(port) not in str(made.named("other-server").inputs)
