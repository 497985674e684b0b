"""Each rule for containers, for our components and for secrets, with something that it finds and its mended twin."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from unittest import mock

from infra_kit import Backup, Backups, Gateway, ObjectStore, Postgres, RateLimit, Redis, Service, features
from infra_kit.providers.aws import postgres
from tests.unit.planning.audit.cases import PROTECTED, Case, Program, cases, made

RDS = "aws:rds/instance:Instance"
CONTAINER, VM = "docker:index/container:Container", "aws:ec2/instance:Instance"
TASK, LAMBDA = "aws:ecs/taskDefinition:TaskDefinition", "aws:lambda/function:Function"
RUN, JOB = "gcp:cloudrunv2/service:Service", "gcp:cloudrunv2/job:Job"
POOL, FUNCTION = "gcp:cloudrunv2/workerPool:WorkerPool", "gcp:cloudfunctionsv2/function:Function"
IMAGE = "registry.example/api:1"
HOST = {"host": "203.0.113.10", "host_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExample"}
ACCEPTED = {"accepted_gaps": {"db": ["backups", "point-in-time"]}}


def _of(rule: str, wrong: dict[str, Any], right: dict[str, Any]) -> list[Case]:
    return list(cases(rule, CONTAINER, wrong=wrong, right=right, needs={CONTAINER: {"image": "nginx"}}))


def _gateway(*limits: RateLimit, public: bool = True) -> Program:
    def program() -> None:
        api = Service("api", image=IMAGE, port=3000, min_instances=2)
        Gateway("edge", routes={"/*": api}, domains=["shop.example"] if public else [], limits=limits, public=public)

    return program


def _service(instances: int) -> Program:
    return lambda: Service("api", image=IMAGE, port=3000, min_instances=instances)


def _copied(to: Callable[[], ObjectStore] | None) -> Program:
    def program() -> None:
        cache = Redis("cache", memory_gb=0.1, persistence=True)
        if to:
            Backup("safe", of=[cache], to=to(), key="a-passphrase-of-the-tests")
        else:
            Backup("safe", of=[cache])

    return program


def _of_another() -> ObjectStore:
    return ObjectStore.existing(
        "b2", bucket="copies", s3_endpoint="https://s3.example.com", access_key="me", secret_key="hush"
    )


def _backed_up() -> None:
    Postgres("db", backups=Backups())


def _left_out() -> None:
    """As on a target of somebody else's: each of ours has backups."""
    with mock.patch.object(postgres, "SUPPORTS", postgres.SUPPORTS - features.GUARDS_DATA):
        _backed_up()


def _variables(type_: str, name: str, value: str) -> Program:
    """A program's environment, as each type has it."""
    named: list[Mapping[str, Any]] = [{"name": name, "value": value}]
    containers: Mapping[str, Any] = {"containers": [{"image": IMAGE, "envs": named}]}
    has: dict[str, dict[str, Any]] = {
        TASK: {"family": "it", "container_definitions": json.dumps([{"name": "it", "environment": named}])},
        LAMBDA: {"role": "it", "environment": {"variables": {name: value}}},
        RUN: {"location": "it", "template": containers},
        JOB: {"location": "it", "template": {"template": containers}},
        POOL: {"location": "it", "template": containers},
        FUNCTION: {"location": "it", "service_config": {"environment_variables": {name: value}}},
        CONTAINER: {"image": "nginx", "envs": [f"{name}={value}"]},
    }
    return made(type_, has[type_])


SOCKET = "/var/run/docker.sock"
PORT = {"internal": 5432, "external": 5432}
CASES = [
    *_of("published-port", {"ports": [PORT]}, {"ports": [{**PORT, "ip": "127.0.0.1"}]}),
    *_of("privileged", {"privileged": True}, {"privileged": False}),
    *_of("docker-socket", {"volumes": [{"host_path": SOCKET, "container_path": SOCKET}]}, {}),
    *_of("docker-socket", {"mounts": [{"type": "bind", "source": SOCKET, "target": SOCKET}]}, {}),
    *_of("host-network", {"network_mode": "host"}, {"network_mode": "bridge"}),
    *_of("capabilities", {"capabilities": {"drops": ["CAP_CHOWN"]}}, {"capabilities": {"drops": ["ALL"]}}),
    *_of("new-privileges", {}, {"security_opts": ["no-new-privileges"]}),
    *_of("no-memory-limit", {"memory": 0}, {"memory": 128}),
    *_of("no-memory-limit", {}, {"must_run": False}),
    Case("guard-left-out", "infra-kit:index:Postgres", _left_out, _backed_up, ACCEPTED),
    Case("unprotected", "*", made(RDS, {"instance_class": "it"}), made(RDS, {"instance_class": "it", **PROTECTED})),
    *(
        Case(
            "copies-beside-data", "infra-kit:index:Backup", _copied(to), _copied(_of_another),
            {"target": target, "vps": HOST},
        )
        for target, to in (("local", None), ("local", lambda: ObjectStore("offsite")), ("vps", None))
    ),
    Case("single-instance", "infra-kit:index:Service", _service(1), _service(2)),
    Case("no-rate-limit", "infra-kit:index:Gateway", _gateway(), _gateway(RateLimit(requests=1000, per="5m"))),
    Case("no-rate-limit", "infra-kit:index:Gateway", _gateway(), _gateway(public=False)),
    *(
        Case(
            "secret-in-environment", it, _variables(it, "DB_PASSWORD", "hunter2"), _variables(it, "DB_USER", "shop")
        )
        for it in (TASK, LAMBDA, RUN, JOB, POOL, FUNCTION, CONTAINER)
    ),
    *cases(
        "secret-in-user-data", VM, wrong={"user_data": "#!/bin/sh\nPASSWORD=hunter2 start"},
        right={"user_data": "#!/bin/sh\nstart"},
    ),
]  # fmt: skip
