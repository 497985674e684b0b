"""What is done to NATS's servers from inside of their network, by a function: `lambdas/nats_setup.py`.

It is asked before anything is told to them, whether they may become what is asked; before machines are replaced,
whether the others are well; after each, so that the next is replaced when this one is well; and in the end, to make the
streams.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pulumi
from pulumi_aws import ec2, lambda_

from infra_kit.component import Scope
from infra_kit.components.event_bus import EventBusSpec
from infra_kit.providers.aws import network_functions
from infra_kit.providers.aws.documents import dumps
from infra_kit.providers.aws.event_bus_machines import Bus
from infra_kit.providers.aws.network_functions import Inside
from infra_kit.providers.common import nats_machines, nats_setup, nats_steps
from infra_kit.providers.common.certificates import Certificate
from infra_kit.providers.common.nats_cluster import Secrets

CLIENT = ("nats-py",)
SECONDS = 60 * (network_functions.MINUTES - 1)
"""How long it waits: a minute less than the function has."""


@dataclass(frozen=True, kw_only=True)
class Setup:
    """The function, and what it is told each time."""

    scope: Scope
    function: lambda_.Function
    known: Mapping[str, Any]
    way: pulumi.Resource

    @classmethod
    def create(
        cls, scope: Scope, bus: Bus, known: Secrets, certificate: Certificate, *, inside: Inside, way: pulumi.Resource
    ) -> Setup:
        does = "Waits for the servers and makes the streams of EventBus"
        function = network_functions.create(scope, "setup", "nats_setup", does, inside, code=code())
        servers = [(bus.server(zone), host) for zone, host in bus.hosts.items()]
        told = nats_steps.known(known, certificate, servers, seconds=SECONDS)
        return cls(scope=scope, function=function, known=told, way=way)

    def allow(self) -> pulumi.Resource:
        """Before a machine is touched, or told anything."""
        return self._run("allow", {"does": "allow"})

    def well(self, templates: Sequence[ec2.LaunchTemplate]) -> lambda_.Invocation:
        """Before machines are replaced, each time when one is to be."""
        versions = pulumi.Output.all(*(it.latest_version.apply(str) for it in templates))
        return self._run("well", {"does": "well"}, machines=versions.apply(" ".join))

    def join(
        self,
        zone: str,
        server: pulumi.Output[str],
        *,
        well: lambda_.Invocation,
        machine: pulumi.Output[str],
        after: pulumi.Resource,
    ) -> pulumi.Resource:
        """Each time when there is another machine; and when another one's is to be replaced, whichever it is: `well`
        was asked then, and it asks all but the first, which this does."""
        told = {"does": "join", "name": server, "cluster": well.result.apply(_answer)}
        return self._run(f"joined-{zone}", told, after=[after], machine=machine, well=well.result)

    def settle(
        self, spec: EventBusSpec, *, mark: pulumi.Output[str], after: Sequence[pulumi.Resource]
    ) -> pulumi.Resource:
        """Whenever what the servers let in, or the streams, change."""
        return self._run("setup-run", {"does": "settle", "mark": mark, **nats_steps.settled(spec)}, after=after)

    def _run(
        self, role: str, event: Mapping[str, Any], *, after: Sequence[pulumi.Resource] = (), **triggers: Any
    ) -> lambda_.Invocation:
        return self.scope.resource(
            role,
            lambda_.Invocation,
            function_name=self.function.name,
            input=pulumi.Output.secret(dumps({**self.known, **event})),
            triggers={"code": self.function.code_sha256, **triggers},
            depends_on=[self.way, *after],
        )


def _answer(result: str) -> str:
    """What it says first: see `lambdas/nats_setup.py`. It is JSON."""
    return result.strip('"').partition(" ")[0]


@cache
def code() -> pulumi.AssetArchive:
    """The function and what it imports."""
    return network_functions.archive("nats_setup", CLIENT, [nats_machines, nats_setup])
