from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra_kit import Environment, Network, Postgres, Redis, Service, Target
from infra_kit.engine.connect import reached
from infra_kit.errors import SpecError, ToolError, TunnelError
from infra_kit.providers.aws.settings import AwsSettings
from infra_kit.providers.common.programs import ask
from infra_kit.testing import Recording, record
from tests.unit.tunnels import Programs, answer, check_that_it_says_what_to_set, state

TASK = "arn:aws:ecs:eu-west-1:123456789012:task/shop/0f1e2d"
STARTED = {
    "lastStatus": "RUNNING",
    "containers": [
        {
            "name": "tunnel",
            "runtimeId": "0f1e2d-77",
            "managedAgents": [{"name": "ExecuteCommandAgent", "lastStatus": "RUNNING"}],
        }
    ],
}
ANSWERS = {
    "run-task": answer(json.dumps({"tasks": [{"taskArn": TASK}], "failures": []})),
    "describe-tasks": answer(json.dumps(STARTED)),
    "stop-task": answer("RUNNING"),
    "start-session": answer(port=True),
}


def recording(*, connect: bool = True, nat: str = "single") -> Recording:
    def program() -> None:
        settings = AwsSettings(connect=connect, profile="ops")
        target = Target(name="aws", app="shop", environment=Environment.STAGING, region="eu-west-1", settings=settings)
        network = Network("net", target=target, nat=nat)  # type: ignore[arg-type]
        Postgres("db", target=target, network=network)
        Redis("cache", target=target, network=network)
        if nat != "none":
            Service("admin", target=target, network=network, image="docker.io/library/nginx:1", port=80)

    return record(program)


STATE = state(recording())


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    it = Programs(tmp_path, monkeypatch)
    it.put("aws", ANSWERS)
    it.put("session-manager-plugin", {})
    return it


def test_what_leads_in_is_made_only_where_it_is_asked_for() -> None:
    assert not recording(connect=False).of_type("infra-kit:index:Tunnel")
    (made,) = recording().of_type("infra-kit:index:Tunnel")
    assert set(made.outputs) == {"cluster", "task_definition", "security_group", "subnets"}


@pytest.mark.parametrize(("name", "port"), [("db", 5432), ("cache", 6379), ("admin", 80)])
def test_each_lets_the_tunnel_in_on_its_port_only(name: str, port: int) -> None:
    made = recording()
    group = made.of_type("infra-kit:index:Tunnel")[0].outputs["security_group"]
    rule = made.named(f"{name}-ingress-tunnel").inputs
    assert (rule["referencedSecurityGroupId"], rule["fromPort"], rule["toPort"]) == (group, port, port)


def test_the_task_may_hold_sessions_and_nothing_else() -> None:
    (rights,) = [it for it in recording().resources if it.name.endswith("tunnel-net-role-rights")]
    actions = {action for it in json.loads(rights.inputs["policy"])["Statement"] for action in it["Action"]}
    assert {action.partition(":")[0] for action in actions} == {"ssmmessages"}


def test_nobody_is_let_in_to_the_task_and_it_ends_by_itself() -> None:
    made = recording()
    group = made.of_type("infra-kit:index:Tunnel")[0].outputs["security_group"]
    rules = made.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    assert not [it for it in rules if it.inputs["securityGroupId"] == group]
    (task,) = [it for it in made.resources if it.name.endswith("tunnel-net-task")]
    (container,) = json.loads(task.inputs["containerDefinitions"])
    assert (container["entryPoint"], container["command"]) == (["sleep"], ["28800"])


def test_a_network_without_a_way_out_cannot_have_one() -> None:
    with pytest.raises(SpecError, match=r"connect: the network has nat='none'.*nat='single'"):
        recording(nat="none")


def test_a_task_is_started_and_its_session_forwards_to_the_database(programs: Programs) -> None:
    with reached(STATE, "db", 25_992, print) as (found, _):
        assert (found.address, len(programs.calls())) == ("127.0.0.1:25992", 3)
    started, _, session, stopped = programs.calls()
    assert started[:6] == ["aws", "--region", "eu-west-1", "--profile", "ops", "ecs"]
    assert "--enable-execute-command" in started
    placed = json.loads(started[started.index("--network-configuration") + 1])["awsvpcConfiguration"]
    assert placed["assignPublicIp"] == "DISABLED"
    cluster = started[started.index("--cluster") + 1]
    assert session[session.index("--target") + 1] == f"ecs:{cluster}_0f1e2d_0f1e2d-77"
    assert "AWS-StartPortForwardingSessionToRemoteHost" in session
    told = json.loads(session[session.index("--parameters") + 1])
    assert (told["portNumber"], told["localPortNumber"]) == (["5432"], ["25992"])
    assert stopped[stopped.index("stop-task") :][:5] == ["stop-task", "--cluster", cluster, "--task", TASK]


def test_a_task_that_ecs_does_not_know_yet_is_waited_for(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    early = iter(["null"])

    def asked(command: list[str]) -> str:
        return (next(early, "") if "describe-tasks" in command else "") or ask(command)

    monkeypatch.setattr("infra_kit.providers.aws.tunnels.ask", asked)
    with reached(STATE, "db", None, print):
        assert next(early, None) is None


def test_the_task_is_ended_also_when_its_session_does_not_open(programs: Programs) -> None:
    programs.put("aws", {**ANSWERS, "start-session": answer(err="TargetNotConnected", code=254)})
    with pytest.raises(TunnelError, match="TargetNotConnected"), reached(STATE, "db", None, print):
        pass
    assert "stop-task" in programs.calls()[-1]


def test_a_task_that_ecs_does_not_start_is_told_with_its_reason(programs: Programs) -> None:
    refused = {"tasks": [], "failures": [{"arn": "arn:aws:ecs:it", "reason": "RESOURCE:ENI"}]}
    programs.put("aws", {**ANSWERS, "run-task": answer(json.dumps(refused))})
    message = r"was not started: RESOURCE:ENI \(arn:aws:ecs:it\)\."
    with pytest.raises(TunnelError, match=message), reached(STATE, "db", None, print):
        pass


def test_a_task_that_ends_at_once_is_told_with_its_reason(programs: Programs) -> None:
    ended = {"lastStatus": "STOPPED", "stoppedReason": "CannotPullContainerError", "containers": []}
    programs.put("aws", {**ANSWERS, "describe-tasks": answer(json.dumps(ended))})
    with pytest.raises(TunnelError, match="CannotPullContainerError"), reached(STATE, "db", None, print):
        pass


def test_where_nothing_leads_in_it_says_what_to_set(programs: Programs) -> None:
    check_that_it_says_what_to_set(recording(connect=False), programs)


@pytest.mark.parametrize("missing", ["aws", "session-manager-plugin"])
def test_a_missing_program_is_told_with_where_to_get_it(programs: Programs, missing: str) -> None:
    (programs.folder / missing).unlink()
    with (
        pytest.raises(ToolError, match=rf"'{missing}' is needed.*https://docs\.aws\.amazon\.com"),
        reached(STATE, "db", None, print),
    ):
        pass
