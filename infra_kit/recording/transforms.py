"""The transforms of a recorded program, run as the engine runs them: over the wire, a resource's own first, then those
of each parent above it, then the stack's (https://www.pulumi.com/docs/iac/concepts/resources/options/transforms/).

They are called in the thread that registers the resource, where the engine would be: the program's own loop runs the
transform meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import grpc  # type: ignore[import-untyped]
from google.protobuf.message import Message
from pulumi.runtime.proto import callback_pb2, callback_pb2_grpc, resource_pb2

from infra_kit.errors import InfraKitError

_OPTIONS = {
    "additional_secret_outputs": "additionalSecretOutputs",
    "aliases": "aliases",
    "custom_timeouts": "customTimeouts",
    "deleted_with": "deletedWith",
    "depends_on": "dependencies",
    "hooks": "hooks",
    "ignore_changes": "ignoreChanges",
    "import": "importId",
    "plugin_checksums": "pluginChecksums",
    "plugin_download_url": "pluginDownloadURL",
    "protect": "protect",
    "provider": "provider",
    "providers": "providers",
    "replace_on_changes": "replaceOnChanges",
    "retain_on_delete": "retainOnDelete",
    "version": "version",
}
"""An option's name in a transform's message, and in the request that registers a resource."""


class TransformError(InfraKitError):
    """A transform failed: the message has its own error."""


class Transforms:
    """What the resources of one program have registered, and the stack."""

    def __init__(self) -> None:
        self.stack: list[callback_pb2.Callback] = []
        self.invokes: list[callback_pb2.Callback] = []
        self._own: dict[str, tuple[str, list[callback_pb2.Callback]]] = {}

    def run(self, urn: str, request: resource_pb2.RegisterResourceRequest) -> None:
        """Changes the request as the transforms say. Raises `TransformError`."""
        self._own[urn] = request.parent, list(request.transforms)
        for callback in [*self._above(urn), *self.stack]:
            self._run_one(callback, request)

    def _above(self, urn: str) -> list[callback_pb2.Callback]:
        """Those of a resource, and of its parents."""
        found: list[callback_pb2.Callback] = []
        while urn in self._own:
            urn, own = self._own[urn]
            found += own
        return found

    def _run_one(self, callback: callback_pb2.Callback, request: resource_pb2.RegisterResourceRequest) -> None:
        options = resource_pb2.TransformResourceOptions()
        _copy(request, options, {there: here for here, there in _OPTIONS.items()})
        if request.deleteBeforeReplaceDefined:
            options.delete_before_replace = request.deleteBeforeReplace
        asked = resource_pb2.TransformRequest(
            type=request.type,
            name=request.name,
            custom=request.custom,
            parent=request.parent,
            properties=request.object,
            options=options,
        )
        answer = resource_pb2.TransformResponse.FromString(self._ask(callback, asked))
        request.object.CopyFrom(answer.properties)
        if answer.HasField("options"):
            _copy(answer.options, request, _OPTIONS)
            request.deleteBeforeReplaceDefined = answer.options.HasField("delete_before_replace")
            request.deleteBeforeReplace = answer.options.delete_before_replace

    def run_invoke(self, request: resource_pb2.ResourceInvokeRequest) -> None:
        """Changes the arguments of a provider's function as the stack's transforms say. Raises `TransformError`."""
        for callback in self.invokes:
            options = resource_pb2.TransformInvokeOptions(provider=request.provider, version=request.version)
            asked = resource_pb2.TransformInvokeRequest(token=request.tok, args=request.args, options=options)
            answer = resource_pb2.TransformInvokeResponse.FromString(self._ask(callback, asked))
            request.args.CopyFrom(answer.args)
            if answer.HasField("options"):
                request.provider = answer.options.provider

    def _ask(self, callback: callback_pb2.Callback, asked: Message) -> bytes:
        """Over a connection of its own: one that is kept would break, loudly, when the program's server stops."""
        call = callback_pb2.CallbackInvokeRequest(token=callback.token, request=asked.SerializeToString())
        try:
            with grpc.insecure_channel(callback.target) as channel:
                answer: bytes = callback_pb2_grpc.CallbacksStub(channel).Invoke(call).response
        except grpc.RpcError as failed:
            raise TransformError(f"a transform failed: {failed.details()}") from failed
        return answer


def _copy(source: Message, target: Any, fields: Mapping[str, str]) -> None:
    """Sets each field of the target to what the source has, or has not."""
    for here, there in fields.items():
        value = getattr(source, here)
        target.ClearField(there)
        if isinstance(value, Message):
            if source.HasField(here):
                getattr(target, there).CopyFrom(value)
        elif hasattr(value, "MergeFrom"):
            getattr(target, there).MergeFrom(value)
        elif not source.DESCRIPTOR.fields_by_name[here].has_presence or source.HasField(here):
            setattr(target, there, value)
