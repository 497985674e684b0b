"""A Backup and a RestoreDrill of a Redis, an ObjectStore and an EventBus on a VPS: what each container gets, and what
it does not."""

from __future__ import annotations

from typing import Any

import pytest

from infra_kit import Backup, Consumer, Environment, EventBus, ObjectStore, Redis, RestoreDrill, Stream, Target
from infra_kit.errors import SpecError, UnsupportedFeatureError
from infra_kit.providers.vps.settings import HostSize
from infra_kit.stateful import is_stateful
from infra_kit.testing import Recording, record
from tests.unit.providers.vps.test_backup import HOST, TARGET, environment, files

KINDS = ("cache", "bus", "files")
SECRETS = ("a-key-of-the-user", "bucket-secret", "recorded-password")


def stores(target: Target = TARGET) -> list[Any]:
    streams = {"LEADS": Stream(subjects=["lead.*"], max_size_gb=2)}
    return [
        Redis("cache", target=target, memory_gb=1, databases=4),
        EventBus("bus", target=target, streams=streams),
        ObjectStore("files", target=target),
    ]


def offsite(target: Target = TARGET) -> ObjectStore:
    return ObjectStore.existing(
        "offsite", target=target, bucket="copies", s3_endpoint="https://s3.example.org", access_key="k",
        secret_key="bucket-secret",
    )  # fmt: skip


def made(target: Target = TARGET, **asked: Any) -> Recording:
    def program() -> None:
        safe = Backup("safe", target=target, of=stores(target), to=offsite(target), key="a-key-of-the-user", **asked)
        RestoreDrill("drill", target=target, of=safe, rto="5m")

    return record(program)


def on_the_host() -> Recording:
    def program() -> None:
        RestoreDrill("drill", target=TARGET, of=Backup("safe", target=TARGET, of=stores()))

    return record(program)


def networks(recording: Recording, role: str) -> list[str]:
    return [it["name"] for it in recording.named(role).inputs.get("networksAdvanced") or ()]


def test_production_is_told_of_what_only_the_host_has_and_not_of_what_a_backup_carries_away() -> None:
    production = Target(name="vps", app="shop", environment=Environment.PRODUCTION, settings=HOST)

    def program(to: ObjectStore | None = None, key: str | None = None) -> None:
        Backup("safe", target=production, of=stores(production), to=to, key=key)

    on_it = [line for line in record(program).warnings if "no copy away" in line]
    assert [line.partition("'")[2].partition("'")[0] for line in on_it] == ["bus", "files"]
    carried = record(lambda: program(offsite(production), "a-key-of-the-user"))
    assert not [line for line in carried.warnings if "no copy away" in line]


def test_copies_are_encrypted_and_each_component_has_a_folder_of_its_own() -> None:
    recording = made()
    for name in KINDS:
        given = files(recording, f"safe-{name}-copy")
        assert f"remote = store:copies/shop/development/safe-c0c0c0c0/{name}\n" in given["rclone.conf"]
        assert "[copies]\ntype = crypt\nremote = raw:\n" in given["rclone.conf"]
        assert given["key"] == "a-key-of-the-user"


def test_no_key_is_in_an_argument_a_variable_or_the_plain_state() -> None:
    for resource in made().resources:
        clear = {key: value for key, value in resource.inputs.items() if key not in resource.secret_inputs}
        assert not any(it in str(clear) for it in SECRETS), resource.name


def test_who_copies_reaches_its_server_in_a_network_of_the_two_and_a_way_out() -> None:
    recording = made()
    for name in KINDS:
        assert networks(recording, f"safe-{name}-copy") == [f"safe-{name}-network", "vps-network-egress"]
        assert recording.named(f"safe-{name}-network").inputs["internal"]
        assert networks(recording, f"drill-{name}-restore") == ["vps-network-egress"]


def test_copies_on_the_host_leave_it_by_nothing_and_are_not_encrypted() -> None:
    recording = on_the_host()
    for name in KINDS:
        assert networks(recording, f"safe-{name}-copy") == [f"safe-{name}-network"]
        assert recording.named(f"drill-{name}-restore").inputs["networkMode"] == "none"
        assert (
            f"[raw]\ntype = alias\nremote = store:/repository/{name}\n"
            in files(recording, f"safe-{name}-copy")["rclone.conf"]
        )
    assert "crypt" not in str(files(recording, "safe-files-copy")["rclone.conf"])


def test_what_was_restored_is_started_where_nothing_reaches_it_without_a_key() -> None:
    recording = made()
    for name in ("cache", "bus"):
        proof = recording.named(f"drill-{name}-proof").inputs
        assert proof["networkMode"] == "none"
        assert not any(it in str(files(recording, f"drill-{name}-proof")) for it in SECRETS)
    assert environment(recording, "drill-cache-proof")["DATABASES"] == "4"
    assert not [it for it in recording.resources if it.name == "drill-files-proof"], "its objects are read, not kept"


def test_who_copies_may_read_and_change_nothing() -> None:
    recording = made()
    given = {name: recording.named(f"safe-{name}-user").inputs["stdin"] for name in KINDS}
    assert "-@all +ping +info +replconf +psync +sync" in given["cache"]
    assert "resetkeys" in given["cache"]
    assert "STREAM.SNAPSHOT.*" in given["bus"]
    assert not any(verb in given["bus"] for verb in ("STREAM.RESTORE", "STREAM.DELETE", "STREAM.UPDATE", "lead."))
    assert "s3:GetObject" in given["files"]
    assert not any(verb in given["files"] for verb in ("s3:PutObject", "s3:DeleteObject"))


def test_who_copies_a_bus_knows_which_streams_there_have_to_be() -> None:
    def program() -> None:
        consumers = {"scoring": Consumer(stream="LEADS", dead_letter=True)}
        bus = EventBus("bus", target=TARGET, streams={"LEADS": Stream(subjects=["lead.*"])}, consumers=consumers)
        Backup("safe", target=TARGET, of=[bus])

    assert environment(record(program), "safe-bus-copy")["STREAMS"] == "LEADS _dead_scoring"


def test_a_lock_of_somebody_elses_bucket_is_said_with_each_file() -> None:
    recording = made(locked="2d")
    for name in KINDS:
        configuration = files(recording, f"safe-{name}-copy")["rclone.conf"]
        assert "object_lock_mode = GOVERNANCE\nobject_lock_retain_until_date = 259200s\n" in configuration
    # A day more than was asked: so long a later copy may share what an earlier one wrote.
    assert environment(recording, "safe-files-copy")["SPARE"] == "86400"
    assert environment(made(), "safe-files-copy")["SPARE"] == ""


def test_nobody_elses_key_undoes_the_lock_in_production() -> None:
    production = Target(name="vps", app="shop", environment=Environment.PRODUCTION, settings=HOST)
    assert "object_lock_mode = COMPLIANCE" in files(made(production, locked="1d"), "safe-bus-copy")["rclone.conf"]


def test_a_volume_of_the_host_locks_nothing() -> None:
    with pytest.raises(UnsupportedFeatureError, match=r"locked-backups.*a volume of the host locks nothing"):
        record(lambda: Backup("safe", target=TARGET, of=stores(), locked="1d"))


def test_an_address_without_tls_is_refused() -> None:
    def program() -> None:
        bucket = ObjectStore.existing(
            "offsite",
            target=TARGET,
            bucket="copies",
            s3_endpoint="http://s3.example.org",
            access_key="k",
            secret_key="s",
        )
        Backup("safe", target=TARGET, of=stores(), to=bucket, key="it")

    with pytest.raises(SpecError, match="by TLS alone"):
        record(program)


def test_what_is_written_meanwhile_counts_as_no_data_and_is_counted_against_the_host() -> None:
    recording = made()
    for role in ("safe-cache-scratch", "safe-bus-scratch", "drill-cache-scratch", "drill-bus-scratch"):
        scratch = recording.named(role)
        assert not is_stateful(scratch.type, scratch.inputs)

    small = HostSize(cpu=4, memory_gb=16, disk_gb=9)
    target = Target(
        name="vps", app="shop", environment=Environment.DEVELOPMENT, settings=HOST.model_copy(update={"size": small})
    )
    with pytest.raises(SpecError, match=r"bus-data 2.*safe-cache-scratch 1, safe-bus-scratch 2.*drill-bus-scratch 4"):
        made(target)
