"""The host: how it is spoken to, its networks, and how every container on it is hardened."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pulumi
import pulumi_random as random
import pytest
from pydantic import SecretStr

from infra_kit import Environment, EventBus, Network, ObjectStore, Pooling, Postgres, Redis, Stream, Target
from infra_kit.components.network import Tier
from infra_kit.errors import ConfigError, SpecError
from infra_kit.providers.vps import images, ssh
from infra_kit.providers.vps.containers import _cpus
from infra_kit.providers.vps.settings import BackupStore, VpsSettings
from infra_kit.testing import Recording, Resource, record

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey"
STORE = BackupStore(
    endpoint="https://s3.example.com",
    bucket="backups",
    access_key="key",
    secret_key=SecretStr("hush-1"),
    passphrase=SecretStr("hush-2"),
)
HOST = VpsSettings(host="vps-1.example.com", host_key=KEY, user="deploy", port=2222, backups=STORE)
PRIVATE = HOST.model_copy(update={"private_address": "192.168.7.2", "private_ports": {"db": 15432}})


def made(settings: VpsSettings = HOST) -> Recording:
    target = Target(name="vps", app="shop", environment=Environment.PRODUCTION, settings=settings)

    def program() -> None:
        Postgres("db", target=target, read_replicas=1, pooling=Pooling())
        Redis("cache", target=target, replicas=1)

    return record(program)


def containers(recording: Recording) -> Iterator[Resource]:
    return iter(recording.of_type("docker:index/container:Container"))


def test_no_two_containers_share_a_volume_and_no_two_networks_a_range() -> None:
    in_turn: dict[str, bool | None] = {}

    def see(args: pulumi.ResourceTransformArgs) -> None:
        in_turn[args.type_] = in_turn.get(args.type_, True) and args.opts.delete_before_replace

    def program() -> None:
        pulumi.runtime.register_resource_transform(see)
        Redis("cache", target=Target(name="vps", environment=Environment.DEVELOPMENT, settings=HOST))

    record(program)
    assert in_turn["docker:index/container:Container"] is True
    assert in_turn["docker:index/network:Network"] is True
    assert not in_turn["docker:index/volume:Volume"]


@pytest.fixture(scope="module")
def running() -> list[dict[str, Any]]:
    """The containers in which something is ever started."""
    return [dict(it.inputs) for it in containers(made()) if it.inputs.get("start") is not False]


def test_no_container_may_more_than_it_must(running: list[dict[str, Any]]) -> None:
    assert len(running) == 7
    for it in running:
        assert it["readOnly"] is True
        assert it["privileged"] is False
        assert it["capabilities"] == {"adds": [], "drops": ["ALL"]}
        assert it["securityOpts"] == ["no-new-privileges:true"]
        assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", it["user"])
        assert it["ipcMode"] == it["cgroupnsMode"] == "private"
        assert not {"pidMode", "usernsMode", "devices", "hosts", "publishAllPorts"} & it.keys()


def test_every_container_has_limits_a_bounded_log_a_health_check_and_five_restarts(
    running: list[dict[str, Any]],
) -> None:
    for it in running:
        assert it["memory"] == it["memorySwap"] > 0
        assert float(it["cpus"]) > 0
        assert it["cpuShares"] > 0
        assert it["healthcheck"]["tests"][0] == "CMD"
        assert it["logOpts"] == {"max-size": "10m", "max-file": "3"}
        assert (it["restart"], it["maxRetryCount"]) == ("on-failure", 5)
    ready = [it for it in made().resources if it.name.endswith("-ready")]
    assert all("docker update --pids-limit" in it.inputs["create"] for it in ready)
    assert len(ready) == len(running)


def test_no_path_of_the_host_is_mounted_and_what_is_written_is_a_volume_or_in_memory(
    running: list[dict[str, Any]],
) -> None:
    for it in running:
        assert not [mount for mount in it["volumes"] if "hostPath" in mount]
        assert all("noexec,nosuid,nodev" in options for options in (it.get("tmpfs") or {}).values())


def test_every_image_is_pinned_by_its_digest() -> None:
    pulled = [it.inputs["name"] for it in made().of_type("docker:index/remoteImage:RemoteImage")]
    assert len(pulled) == 4
    assert all(re.fullmatch(r"[a-z0-9/-]+:[\w.-]+@sha256:[0-9a-f]{64}", name) for name in pulled)
    every = [image for image in vars(images).values() if isinstance(image, images.Image)]
    assert all(re.fullmatch(r"[0-9a-f]{64}", image.sha256) for image in every)


def test_what_holds_files_never_runs_and_only_its_container_mounts_them_read_only() -> None:
    recording = made()
    holders = [it for it in containers(recording) if it.name.endswith("-files")]
    for holder in holders:
        assert (holder.inputs["start"], holder.inputs["mustRun"]) == (False, False)
        assert holder.inputs["networkMode"] == "none"
        assert "uploads" in holder.secret_inputs
        (user,) = [it for it in containers(recording) if f"{holder.name}-id:ro" in str(it.inputs.get("volumes"))]
        assert holder.name == f"{user.name}-files"
    assert holders


# Ports


def test_no_port_is_published() -> None:
    assert [it.name for it in containers(made()) if it.inputs.get("ports")] == []


def test_what_the_settings_name_is_published_on_the_private_address_and_nowhere_else() -> None:
    recording = made(PRIVATE)
    published = {it.name: it.inputs["ports"] for it in containers(recording) if it.inputs.get("ports")}
    assert published == {"db-server": [{"internal": 5432, "external": 15432, "ip": "192.168.7.2"}]}
    assert "@192.168.7.2:15432/" in recording.named("db").outputs["url"]
    assert "@db-pooler:6432/" in recording.named("db").outputs["pooled_url"]


# Networks


def test_data_stands_in_a_network_without_a_way_out() -> None:
    recording = made()
    assert recording.named("vps-network-data").inputs["internal"] is True
    assert recording.named("vps-network-egress").inputs["internal"] is False
    subnets = {it.inputs["ipamConfigs"][0]["subnet"] for it in recording.of_type("docker:index/network:Network")}
    assert subnets == {"10.0.0.0/18", "10.0.128.0/18"}


def test_the_network_of_the_other_hosts_gives_no_way_out_to_the_internet() -> None:
    hosts = made(PRIVATE).named("vps-network-hosts").inputs
    assert hosts["options"] == {"com.docker.network.bridge.enable_ip_masquerade": "false"}


def test_a_range_that_holds_the_private_address_is_refused() -> None:
    target = Target(name="vps", environment=Environment.STAGING, settings=PRIVATE)
    with pytest.raises(SpecError, match=r"cidr: given 192\.168\.0\.0/16, which holds the host's private_address"):
        record(lambda: Network("net", cidr="192.168.0.0/16", target=target))


def test_an_existing_network_is_joined_and_needs_one_with_a_way_out() -> None:
    target = Target(name="vps", environment=Environment.STAGING, settings=HOST.model_copy(update={"backups": None}))

    def there(subnets: Mapping[Tier, Mapping[str, str]]) -> Network:
        return Network.existing("net", id="shop-data", cidr="172.30.0.0/16", target=target, subnets=subnets)

    recording = record(lambda: Redis("cache", target=target, network=there({"public": {"egress": "shop-egress"}})))
    assert recording.of_type("docker:index/network:Network") == ()
    assert recording.named("cache-server").inputs["networksAdvanced"][0]["name"] == "shop-data"
    with pytest.raises(SpecError, match="subnets: given 0 public ones"):
        record(lambda: there({}))


def test_another_environment_or_tag_replaces_neither_a_volume_nor_a_network() -> None:
    fixed = [it for it in made().resources if it.type in {"docker:index/network:Network", "docker:index/volume:Volume"}]
    assert len(fixed) == 5
    assert all("labels" in it.options.ignore_changes for it in fixed)


def test_a_container_waits_with_its_files_for_what_it_depends_on() -> None:
    """Or it would be gone by the time that it is refused: new files take it away before it is looked at."""
    recording = made()
    for it in containers(recording):
        if not it.name.endswith("-files"):
            before = {urn for urn in it.options.depends_on if "command:local:Command" in urn}
            assert before <= set(recording.named(f"{it.name}-files").options.depends_on), it.name
    assert recording.named("db-check").urn in recording.named("db-server-files").options.depends_on


def test_who_reads_an_address_waits_for_what_a_client_needs_there() -> None:
    waited_for = {
        "db": {"host": "settings", "port": "settings", "url": "settings", "pooled_url": "pooler-ready"}
        | {"reader_url": "replica-1-ready", "reader_urls": "replica-2-ready"},
        "cache": {"host": "server-ready", "port": "server-ready", "url": "server-ready"}
        | {"reader_url": "replica-1-ready", "reader_urls": "replica-2-ready"},
        "files": {"s3_endpoint": "bucket"},
        "bus": dict.fromkeys(("host", "port", "url", "streams", "consumers", "dead_letters"), "streams"),
    }

    def program() -> None:
        target = Target(name="vps", app="shop", environment=Environment.STAGING, settings=HOST)
        there = {
            "db": Postgres("db", target=target, read_replicas=2, pooling=Pooling()),
            "cache": Redis("cache", target=target, replicas=2),
            "files": ObjectStore("files", target=target),
            "bus": EventBus("bus", target=target, streams={"LEADS": Stream(subjects=["lead.*"])}),
        }
        for name, fields in waited_for.items():
            for key in fields:
                random.RandomId(f"{name}.{key}", byte_length=4, keepers={"it": getattr(there[name], key).apply(str)})

    recording = record(program)
    for name, fields in waited_for.items():
        for key, role in fields.items():
            assert recording.named(f"{name}-{role}").urn in recording.named(f"{name}.{key}").options.depends_on, key


# SSH


def test_docker_speaks_to_the_host_that_shows_the_known_key_only() -> None:
    (provider,) = made().of_type("pulumi:providers:docker")
    options = provider.inputs["sshOpts"]
    assert provider.inputs["host"] == "ssh://deploy@vps-1.example.com:2222"
    assert {"StrictHostKeyChecking=yes", f"KnownHostsCommand=/bin/echo %H {KEY}"} <= set(json.loads(options))


def test_an_rsa_host_key_is_asked_for_by_its_signatures() -> None:
    host = HOST.model_copy(update={"host_key": "ssh-rsa AAAAB3NzaC1yc2E", "key_file": "~/.ssh/vps"})
    options = ssh.options(host)
    assert "HostKeyAlgorithms=rsa-sha2-512,rsa-sha2-256" in options
    assert options[-4:] == ["-i", "~/.ssh/vps", "-o", "IdentitiesOnly=yes"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"host_key": "AAAA"}, "host_key: the host's public key is needed"),
        *(
            ({"private_address": open_to_others}, "private_address: an address of a private network is needed")
            for open_to_others in ("8.8.8.8", "0.0.0.0", "127.0.0.1", "169.254.1.1", "240.0.0.1", "100.128.0.1")  # noqa: S104
        ),
        ({"private_ports": {"db": 5432}}, "private_ports: there is no private_address"),
        ({"host": "-oProxyCommand=x"}, "host: a host's name or address is needed"),
    ],
)
def test_settings_that_cannot_be_are_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        VpsSettings.parse("infra-kit:vps", {"host": "vps-1.example.com", "host_key": KEY, **wrong})


@pytest.mark.parametrize("address", ["10.0.0.2", "172.16.0.2", "192.168.7.2", "100.100.1.2"])
def test_a_private_address_is_of_a_private_network_or_of_an_overlay(address: str) -> None:
    parsed = VpsSettings.parse(
        "infra-kit:vps", {"host": "vps-1.example.com", "host_key": KEY, "private_address": address}
    )
    assert parsed.private_address == address


def test_secrets_of_the_settings_are_in_no_message() -> None:
    given = {
        "endpoint": "http://plain",
        "bucket": "backups",
        "access_key": "k",
        "secret_key": "hush",
        "passphrase": "h2",
    }
    with pytest.raises(ConfigError) as refused:
        VpsSettings.parse("infra-kit:vps", {"host": "vps-1.example.com", "host_key": KEY, "backups": given})
    assert "hush" not in str(refused.value)
    assert "hush" not in repr(HOST)


@pytest.mark.parametrize(
    ("cpu", "text"), [(0.05, "0.1"), (0.25, "0.25"), (0.5, "0.5"), (1, "1.0"), (1.5, "1.5"), (2, "2.0")]
)
def test_cpus_are_said_as_the_provider_reads_them_back(cpu: float, text: str) -> None:
    assert _cpus(cpu) == text
