from __future__ import annotations

from pathlib import Path

import pytest

from infra_kit import Environment, Postgres, Redis, Service, Target
from infra_kit.engine.connect import reached
from infra_kit.errors import ToolError, TunnelError
from infra_kit.providers.gcp.settings import GcpSettings
from infra_kit.testing import Recording, record
from tests.unit.providers.gcp.workloads import IMAGE
from tests.unit.tunnels import Programs, answer, check_that_it_says_what_to_set, state

ANSWERS = {
    "list": answer("europe-west1-b"),
    "create": answer("it"),
    "--command=true": answer(),
    "delete": answer(),
    "-N": answer(port=True),
}


def recording(*, connect: bool = True) -> Recording:
    def program() -> None:
        settings = GcpSettings(connect=connect, project="shop-staging")
        target = Target(
            name="gcp", app="shop", environment=Environment.STAGING, region="europe-west1", settings=settings
        )
        Postgres("db", target=target)
        Redis("cache", target=target)
        Service("pgadmin", target=target, image=IMAGE)

    return record(program, outputs={"gcp:compute/instanceTemplate:InstanceTemplate": {"name": "tunnel-1"}})


STATE = state(recording())


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    it = Programs(tmp_path, monkeypatch)
    it.put("gcloud", ANSWERS)
    it.put("ssh", {})
    return it


def test_what_leads_in_is_made_only_where_it_is_asked_for() -> None:
    assert not recording(connect=False).of_type("infra-kit:index:Tunnel")
    assert recording().of_type("infra-kit:index:Tunnel")


def test_the_machine_has_no_address_no_account_and_goes_by_itself() -> None:
    machine = recording().named("gcp-tunnel-machine").inputs
    (interface,) = machine["networkInterfaces"]
    assert "accessConfigs" not in interface
    assert "serviceAccount" not in machine
    assert machine["scheduling"]["maxRunDuration"] == {"seconds": 28_800}
    assert machine["scheduling"]["instanceTerminationAction"] == "DELETE"


def test_it_is_reached_by_iap_alone_and_reaches_stores_alone() -> None:
    made = recording()
    tag = made.of_type("infra-kit:index:Tunnel")[0].outputs["tag"]
    rules = [it for it in made.of_type("gcp:compute/firewall:Firewall") if it.inputs.get("targetTags") == [tag]]
    assert {it.name for it in rules} == {
        "gcp-tunnel-ingress-iap",
        "gcp-tunnel-deny-egress",
        "db-reached-by-tunnel",
        "cache-reached-by-tunnel",
    }
    assert made.named("gcp-tunnel-ingress-iap").inputs["sourceRanges"] == ["35.235.240.0/20"]
    assert made.named("gcp-tunnel-deny-egress").inputs["destinationRanges"] == ["0.0.0.0/0"]
    assert made.named("db-reached-by-tunnel").inputs["allows"] == [{"protocol": "tcp", "ports": ["5432"]}]


def test_a_machine_is_made_and_ssh_forwards_through_iap(programs: Programs) -> None:
    with reached(STATE, "db", 25_993, print) as (found, _):
        assert found.address == "127.0.0.1:25993"
    listed, made, tried, opened, deleted = programs.calls()
    assert listed[1:3] == ["--quiet", "--project=shop-staging"]
    name = made[made.index("create") + 1]
    assert "--source-instance-template=tunnel-1" in made
    assert "--tunnel-through-iap" in tried
    assert "--tunnel-through-iap" in opened
    ssh = opened[opened.index("--") + 1 :]
    assert ssh[-1].startswith("127.0.0.1:25993:")
    assert ssh[-1].endswith(":5432")
    assert deleted[deleted.index("delete") + 1 :] == [name, "--zone=europe-west1-b"]


def test_the_machine_goes_also_when_the_way_does_not_open(programs: Programs) -> None:
    programs.put("gcloud", {**ANSWERS, "-N": answer(err="4033: not authorized", code=255)})
    with pytest.raises(TunnelError, match="4033: not authorized"), reached(STATE, "cache", None, print):
        pass
    assert "delete" in programs.calls()[-1]


def test_where_nothing_leads_in_it_says_what_to_set(programs: Programs) -> None:
    check_that_it_says_what_to_set(recording(connect=False), programs)


@pytest.mark.parametrize("port", [None, 8080])
def test_a_service_has_no_address_in_the_network_and_that_is_said_with_a_way_out(
    programs: Programs, port: int | None
) -> None:
    with (
        pytest.raises(TunnelError, match=r"Service 'pgadmin': .*no address in the network.*Lead a Gateway to it"),
        reached(STATE, "pgadmin", port, print),
    ):
        pass
    assert not programs.calls()


def test_a_missing_gcloud_is_told_with_where_to_get_it(programs: Programs) -> None:
    (programs.folder / "gcloud").unlink()
    with (
        pytest.raises(ToolError, match=r"'gcloud' is needed.*https://cloud\.google\.com"),
        reached(STATE, "db", None, print),
    ):
        pass
