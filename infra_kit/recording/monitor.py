"""What a recorded program talks to instead of Pulumi's engine.

Beside what Pulumi's own mocks do, it keeps the requests as they came, refuses what the engine refuses, and makes
secret what the engine makes secret.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol, cast

from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.mocks import MockEngine, MockMonitor, Mocks
from pulumi.runtime.proto import engine_pb2, resource_pb2
from pulumi.runtime.settings import get_project, get_stack

from infra_kit import target
from infra_kit.errors import InfraKitError
from infra_kit.recording.assets import unreadable
from infra_kit.recording.transforms import Transforms
from infra_kit.recording.values import bag, message, plain, secret

STACK = "pulumi:pulumi:Stack"
REFERENCE = "pulumi:pulumi:StackReference"
_COMMON = "infra_kit.providers.common"

Answer = Mapping[str, Any] | Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Values, or a function from the plain inputs to them."""


class Unknown(Protocol):
    """What answers instead of the provider packages' own tables for a call, and where they have nothing for a
    resource: without it a recording refuses a call that is in no table, and adds no output."""

    def outputs(self, token: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a resource of that type has beside its inputs."""

    def call(self, token: str, inputs: Mapping[str, Any], region: str | None) -> Mapping[str, Any]:
        """What a provider's function answers; the region is that of the provider that the program gives for it."""


class RecordingError(InfraKitError):
    """The recorded program does what a real engine would refuse, or asks what nothing here can answer."""


class Monitor(MockMonitor):
    """Keeps every resource that the program registers."""

    def __init__(
        self, outputs: Mapping[str, Answer], calls: Mapping[str, Answer], unknown: Unknown | None = None
    ) -> None:
        super().__init__(cast(Mocks, None))  # whatever would ask them is overridden here
        self.requests: dict[str, resource_pb2.RegisterResourceRequest] = {}
        self.states: dict[str, dict[str, Any]] = {}
        self.transforms = Transforms()
        self._outputs = outputs
        self._calls = calls
        self._unknown = unknown
        self._lock = threading.Lock()

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """As the engine does: all types above, without the stack's."""
        above = parent.split("::")[2] if parent else STACK
        qualified = type_ if above == STACK else f"{above}${type_}"
        return f"urn:pulumi:{get_stack()}::{get_project()}::{qualified}::{name}"

    def RegisterResource(self, request: Any) -> resource_pb2.RegisterResourceResponse:
        urn = self.make_urn(request.parent, request.type, request.name)
        with self._lock:
            if urn in self.requests:
                raise RecordingError(f"two resources have the URN {urn}; Pulumi's engine refuses the second.")
            self.requests[urn] = request
        self.transforms.run(urn, request)
        if not request.custom:
            self.states[urn] = {}
            return resource_pb2.RegisterResourceResponse(urn=urn)
        identity = request.importId or f"{request.name}-id"
        state = self._state(urn, request)
        self.states[urn] = state
        self.resources[urn] = MockMonitor.ResourceRegistration(urn, identity, plain(state))
        return resource_pb2.RegisterResourceResponse(urn=urn, id=identity, object=message(state))

    def _state(self, urn: str, request: Any) -> dict[str, Any]:
        """The inputs, and what the table of answers adds; secret what the program asked to be."""
        inputs = bag(request.object)
        if said := unreadable(inputs):
            raise RecordingError(f"{request.name} ({request.type}): {said}")
        state = {**inputs, **self._added(request.type, {**plain(inputs), "urn": urn})}
        return state | {key: secret(plain(state.get(key))) for key in request.additionalSecretOutputs}

    def _added(self, token: str, known: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a resource answers beside its inputs."""
        answer = _answer(token, self._outputs, "OUTPUTS")
        if answer is not None:
            return _ask(answer, known)
        return self._unknown.outputs(token, known) if self._unknown else {}

    def ReadResource(self, request: Any) -> resource_pb2.ReadResourceResponse:
        """What a program reads, e.g. `Bucket.get(…)`, is not its own: it is answered, and not recorded."""
        urn = self.make_urn(request.parent, request.type, request.name)
        inputs = bag(request.properties)
        added = self._added(request.type, {**plain(inputs), "urn": urn})
        if request.type == REFERENCE and not added:
            raise RecordingError(
                f"the program reads the stack {request.id!r}, and nothing here answers for it. Say "
                f'record(…, outputs={{"{REFERENCE}": {{"outputs": {{…}}, "secretOutputNames": […]}}}}).'
            )
        return resource_pb2.ReadResourceResponse(urn=urn, properties=message({**inputs, **added}))

    def Invoke(self, request: Any) -> resource_pb2.ResourceInvokeResponse:
        self.transforms.run_invoke(request)
        inputs = plain(bag(request.args))
        if request.tok == "pulumi:pulumi:getResource":
            value: Mapping[str, Any] = self.resources[inputs["urn"]]._asdict()
        else:
            value = _ask(self._answer_of_call(request), inputs)
        return resource_pb2.ResourceInvokeResponse(**{"return": message(value)})

    def _answer_of_call(self, request: Any) -> Answer:
        token = request.tok
        if self._unknown and token not in self._calls:
            provider = self.states.get(request.provider.rpartition("::")[0], {})
            return partial(self._unknown.call, token, region=plain(provider.get("region")))
        answer = _answer(token, self._calls, "CALLS")
        if answer is None:
            raise RecordingError(
                f'the program calls {token}, and nothing here answers it. Say record(…, calls={{"{token}": {{…}}}}).'
            )
        return answer

    def RegisterResourceOutputs(self, request: Any) -> Empty:
        self.states[request.urn] = bag(request.outputs)
        return Empty()

    def RegisterStackTransform(self, request: Any) -> Empty:
        self.transforms.stack.append(request)
        return Empty()

    def RegisterStackInvokeTransform(self, request: Any) -> Empty:
        self.transforms.invokes.append(request)
        return Empty()


class Engine(MockEngine):
    """Keeps what the program logs."""

    def __init__(self) -> None:
        super().__init__(None)
        self.warnings: list[str] = []
        self.notes: dict[str, list[str]] = {}

    def Log(self, request: Any) -> None:
        if request.severity == engine_pb2.WARNING:
            self.warnings.append(request.message)
        if request.severity == engine_pb2.INFO:
            self.notes.setdefault(request.urn, []).append(request.message)


def _ask(answer: Answer, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    return answer(inputs) if callable(answer) else answer


def _answer(token: str, given: Mapping[str, Answer], table: str) -> Answer | None:
    """The test's own answer, else that of the provider package: its module `testing` brings OUTPUTS and CALLS."""
    if token in given:
        return given[token]
    for package in _packages():
        # A target that this process has not used answers nothing: its package may not even be installed.
        if package in sys.modules and _has_answers(package):
            answers: Mapping[str, Answer] = getattr(import_module(f"{package}.testing"), table, {})
            if token in answers:
                return answers[token]
    return None


@cache
def _packages() -> tuple[str, ...]:
    """Where answers may be. Kept: to find them, the metadata of all that is installed is read."""
    return (*target.packages().values(), _COMMON)


@cache
def _has_answers(package: str) -> bool:
    return find_spec(f"{package}.testing") is not None
