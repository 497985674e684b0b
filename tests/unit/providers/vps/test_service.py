"""Service on a VPS: instances of the user's image behind a proxy of its own."""

from __future__ import annotations

import re

import pytest

from infra_kit import Health, Release, Service, Sidecar, Volume
from infra_kit.errors import SpecError
from infra_kit.testing import record
from tests.unit.providers.vps.workloads import CONTAINER, IMAGE, made, networks, on, service, told, uploads


def test_an_instance_is_hardened_like_all_containers_and_runs_as_nobody_in_particular() -> None:
    it = made().named("api-instance-1").inputs

    assert (it["user"], it["readOnly"], it["privileged"]) == ("1000:1000", True, False)
    assert it["capabilities"] == {"adds": [], "drops": ["ALL"]}
    assert it["securityOpts"] == ["no-new-privileges:true"]
    assert (it["memory"], it["memorySwap"], it["cpus"]) == (512, 512, "0.25")
    assert not it.get("ports")


def test_all_that_runs_in_an_instance_has_the_time_to_stop_that_was_said() -> None:
    recording = made(stop_timeout="45s", sidecars={"cache": Sidecar(image=IMAGE)})

    for name in ("api-instance-1", "api-instance-1-sidecar-cache"):
        it = recording.named(name).inputs
        assert (it["stopTimeout"], it["destroyGraceSeconds"]) == (45, 45)
    assert "DRAIN_SECONDS=45\n" in told(recording, "api-release")


def test_a_new_version_starts_beside_the_old_one_and_so_do_its_files() -> None:
    recording = made()

    for name in ("api-instance-1", "api-files"):
        assert not recording.named(name).request.deleteBeforeReplace
    assert recording.named("api-proxy").request.deleteBeforeReplace


def test_the_release_waits_for_all_instances_and_readers_of_its_address_wait_for_it() -> None:
    recording = made(min_instances=2)
    release = recording.named("api-release")

    assert {recording.named(f"api-instance-{number}").urn for number in (1, 2)} <= release.options.depends_on
    assert recording.named("api-proxy-ready").urn in release.options.depends_on
    assert "INSTANCES='api-instance-1-id api-instance-1-id\napi-instance-2-id api-instance-2-id'" in told(
        recording, "api-release"
    )


def test_the_proxy_is_the_same_whatever_the_service_asks() -> None:
    asked = {"port": 3000, "min_instances": 3, "sticky_sessions": True, "health": Health(path="/")}

    assert made().named("api-proxy").inputs == made(**asked).named("api-proxy").inputs
    assert uploads(made(), "api-proxy-files") == uploads(made(**asked), "api-proxy-files")


def test_a_visitor_stays_with_an_instance_where_that_is_asked() -> None:
    assert "sticky cookie" not in told(made(), "api-release")
    assert "sticky cookie infra_kit_instance path=/ httponly;" in told(made(sticky_sessions=True), "api-release")


@pytest.mark.parametrize(
    ("release", "watched"),
    [
        (Release(), 0),
        (Release(max_error_percent=5, watch="2m"), 120),
        (Release(strategy="blue-green"), 300),
        (Release(watch="2m"), 120),
        (Release(max_failed_checks=3), 300),
        (Release(smoke_tests=["/health"]), 0),
    ],
)
def test_a_release_is_watched_with_blue_green_and_where_that_was_asked(release: Release, watched: int) -> None:
    assert f"WATCH_SECONDS={watched}\n" in told(made(release=release), "api-release")


def test_health_is_asked_for_in_the_instances_own_network_whatever_its_image_has() -> None:
    health = Health(path="/up", interval="1m", timeout="9s", unhealthy_after=4, start_timeout="2m")
    it = made(port=3000, health=health).named("api-instance-1").inputs["healthcheck"]

    assert it["tests"] == [
        *("CMD", "/run/infra-kit-tools/busybox", "timeout", "9", "/run/infra-kit-tools/busybox", "nc", "127.0.0.1"),
        *("3000", "-e", "/run/infra-kit-tools/busybox", "sh", "/run/infra-kit-tools/answers.sh", "/up"),
    ]
    assert (it["interval"], it["timeout"], it["retries"], it["startPeriod"]) == ("1m0s", "9s", 4, "2m0s")


def test_an_unhealthy_instance_is_started_again_by_the_host_and_nothing_else_is() -> None:
    recording = made()
    marked = [
        it.name
        for it in recording.of_type(CONTAINER)
        if {"label": "infra-kit-if-unhealthy", "value": "restart"} in it.inputs["labels"]
    ]

    assert marked == ["api-instance-1"]


# Secrets


def test_secrets_are_in_a_file_for_the_shell_and_plain_values_in_the_environment() -> None:
    recording = made(secrets={"TOKEN": "it's $HUSH"}, environment={"LOG_LEVEL": "info"})

    assert uploads(recording, "api-files") == {"/run/infra-kit/secrets": "export TOKEN='it'\"'\"'s $HUSH'\n"}
    assert recording.named("api-files").secret_inputs == {"uploads"}
    assert recording.named("api-instance-1").inputs["envs"] == ["HOME=/tmp", "LOG_LEVEL=info", "PORT=8080"]
    assert recording.named("api-instance-1").inputs["entrypoints"][-1] == "/run/infra-kit-tools/start.sh"


def test_what_the_user_says_of_its_home_counts() -> None:
    recording = made(environment={"HOME": "/app"})

    assert recording.named("api-instance-1").inputs["envs"] == ["HOME=/app", "PORT=8080"]


# Networks


def test_a_caller_has_a_network_in_common_with_the_proxy_alone() -> None:
    def program() -> None:
        auth = service("auth")
        service("api", links=[auth.link()])
        service("next", links=[auth.link()])

    recording = record(program)

    assert networks(recording, "auth-instance-1") == networks(recording, "auth-proxy") == {"auth-network"}
    for name in ("api", "next"):
        assert networks(recording, f"{name}-instance-1") == {f"{name}-network", f"{name}-link-auth-network"}
        assert recording.named(f"{name}-link-auth-network").inputs["internal"] is True
        assert "MEMBERS='auth-proxy-id auth-proxy'" in told(recording, f"{name}-link-auth-joined")
    assert "AUTH_URL=http://auth-proxy:8080" in recording.named("api-instance-1").inputs["envs"]


# Sidecars and volumes


def test_an_instance_and_its_sidecars_share_a_network_that_outlives_either() -> None:
    recording = made(sidecars={"proxy": Sidecar(image="registry.example/proxy:1", command=["run"])})
    program, sidecar = (recording.named(f"api-instance-1{end}").inputs for end in ("", "-sidecar-proxy"))

    assert program["networkMode"] == sidecar["networkMode"] == "container:api-instance-1-host-id"
    assert not program.get("networksAdvanced")
    assert sidecar["entrypoints"] == ["run"]
    assert networks(recording, "api-instance-1-host") == {"api-network"}
    assert "INSTANCES='api-instance-1-host-id api-instance-1-id api-instance-1-host-id" in told(
        recording, "api-release"
    )


def test_a_volume_is_the_programs_own_and_told_by_its_variable() -> None:
    recording = made(volumes={"uploads": Volume(path="/data")})
    it = recording.named("api-instance-1").inputs

    assert "/data" in [mount.get("containerPath") for mount in it["volumes"]]
    assert "VOLUME_UPLOADS=/data" in it["envs"]
    assert recording.named("api-volume-uploads-owner").inputs["create"].endswith("1000:1000 /data")


# Refusals


def test_an_image_is_needed() -> None:
    with pytest.raises(SpecError, match=r"Service 'api': image: needed on vps"):
        record(lambda: Service("api", target=on(), command=["node"]))


def test_without_a_command_the_images_own_program_is_written_down_before_it_starts() -> None:
    recording = made(command=[])

    assert recording.named("api-own-program").urn in recording.named("api-instance-1").options.depends_on
    assert not recording.named("api-instance-1").inputs.get("command")


def test_the_image_is_the_one_that_was_named() -> None:
    assert made().named("api-image").inputs["name"] == IMAGE
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", made().named("api-instance-1").inputs["image"])
