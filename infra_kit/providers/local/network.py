"""Network on this machine: the loopback, which nothing outside reaches."""

import pulumi

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.network import ExistingNetwork, NetworkEndpoint, NetworkSpec
from infra_kit.errors import SpecError
from infra_kit.features import Feature

SUPPORTS: frozenset[Feature] = frozenset()
HINTS = {features.FLOW_LOGS: "nothing leaves this machine, so there is no flow to log; set flow_logs=False"}


def create(scope: Scope, spec: NetworkSpec) -> NetworkEndpoint:  # noqa: ARG001  there is nothing to make
    return NetworkEndpoint(id=pulumi.Output.from_input("loopback"), cidr=pulumi.Output.from_input("127.0.0.0/8"))


def existing(scope: Scope, known: ExistingNetwork) -> NetworkEndpoint:  # noqa: ARG001
    raise SpecError(
        f"Network {scope.name!r}: this machine has only its loopback, there is no network to join. Leave network= out "
        "on local, or place the component on another target."
    )
