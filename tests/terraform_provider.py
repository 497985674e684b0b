"""One of Terraform's provider binaries, asked as Terraform asks it: what its types have, and what a change would do.

The protocol: https://github.com/hashicorp/terraform/tree/main/docs/plugin-protocol, versions 5 and 6. Of its messages
only the fields that are used here are described.
"""

from __future__ import annotations

import contextlib
import json
import os
import struct
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

Value = Any
"""A value of Terraform: None, a text, number or bool, a list, a mapping."""
COOKIE = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"
"""What Terraform says to a provider so that it answers: not a secret, but a constant of its source."""
NAMES = {"5": ("GetSchema", "Configure"), "6": ("GetProviderSchema", "ConfigureProvider")}
"""By version of the protocol, what it calls the first two questions."""
MESSAGES = {
    "Dynamic": "msgpack:1:bytes",
    "Step": "attribute_name:1:string",
    "Path": "steps:1:*Step",
    "Diagnostic": "severity:1:int64 summary:2:string detail:3:string",
    "Attribute": "name:1:string type:2:bytes required:4:bool optional:5:bool computed:6:bool write_only:11:bool",
    "Nested": "type_name:1:string block:2:Block nesting:3:int64 min_items:4:int64",
    "Block": "attributes:2:*Attribute block_types:3:*Nested",
    "Schema": "version:1:int64 block:2:Block",
    "Named": "key:1:string value:2:Schema",
    "SchemasAsked": "",
    "Schemas": "provider:1:Schema resource_schemas:2:*Named",
    "Settings": "terraform_version:1:string config:2:Dynamic",
    "Answer": "diagnostics:1:*Diagnostic",
    "Change": "type_name:1:string prior_state:2:Dynamic proposed_new_state:3:Dynamic config:4:Dynamic",
    "Planned": "requires_replace:2:*Path diagnostics:4:*Diagnostic",
}
"""Each message with its fields: name, number, type; a star: several."""
SINGLE = 1
"""The nesting of a block that stands once; the others are lists."""


class RefusedError(Exception):
    """The provider does not take what it was given, in its own words."""


def _described() -> Mapping[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(name="asked.proto", package="asked", syntax="proto3")
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, number, kind in (each.split(":") for each in fields.split()):
            added = message.field.add(name=field, number=int(number), label=3 if kind.startswith("*") else 1)
            plain = kind.removeprefix("*")
            added.type = {"bytes": 12, "string": 9, "int64": 3, "bool": 8}.get(plain, 11)
            if plain in MESSAGES:
                added.type_name = f".asked.{plain}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"asked.{name}")) for name in MESSAGES}


M = _described()


def packed(value: Value) -> bytes:
    """As MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md), always in the longest form."""
    match value:
        case None:
            return b"\xc0"
        case bool():
            return b"\xc3" if value else b"\xc2"
        case int():
            return b"\xd3" + struct.pack(">q", value)
        case str():
            return b"\xdb" + struct.pack(">I", len(value.encode())) + value.encode()
        case list():
            return b"\xdd" + struct.pack(">I", len(value)) + b"".join(map(packed, value))
        case _:
            parts = b"".join(packed(key) + packed(item) for key, item in value.items())
            return b"\xdf" + struct.pack(">I", len(value)) + parts


@dataclass(frozen=True)
class Provider:
    """A provider that runs."""

    channel: grpc.Channel
    protocol: str

    def ask(self, question: str, given: Any, answer: str) -> Any:
        call = self.channel.unary_unary(
            f"/tfplugin{self.protocol}.Provider/{question}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=M[answer].FromString,
        )
        said = call(given)
        if errors := [f"{it.summary} {it.detail}" for it in getattr(said, "diagnostics", ()) if it.severity == 1]:
            raise RefusedError("; ".join(errors))
        return said

    def schemas(self) -> Any:
        return self.ask(NAMES[self.protocol][0], M["SchemasAsked"](), "Schemas")

    def configure(self, config: Value) -> None:
        settings = M["Settings"](terraform_version="1.11.4", config=M["Dynamic"](msgpack=packed(config)))
        self.ask(NAMES[self.protocol][1], settings, "Answer")

    def replacing(self, kind: str, before: Value, after: Value, config: Value) -> set[str]:
        """The properties of a type that the provider would make it anew for."""
        prior, proposed, asked = (M["Dynamic"](msgpack=packed(it)) for it in (before, after, config))
        change = M["Change"](type_name=kind, prior_state=prior, proposed_new_state=proposed, config=asked)
        said = self.ask("PlanResourceChange", change, "Planned")
        return {path.steps[0].attribute_name for path in said.requires_replace}


@contextlib.contextmanager
def started(binary: Path) -> Iterator[Provider]:
    """A provider's process, with an environment of nothing, so that no account is found."""
    environment = {"TF_PLUGIN_MAGIC_COOKIE": COOKIE, "PLUGIN_PROTOCOL_VERSIONS": "5,6", "PATH": os.defpath}
    with subprocess.Popen([binary], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            assert process.stdout
            _, protocol, network, address, *_ = process.stdout.readline().decode().strip().split("|")
            place = f"unix:{address}" if network == "unix" else address
            with grpc.insecure_channel(place, options=[("grpc.max_receive_message_length", -1)]) as channel:
                yield Provider(channel, protocol)
        finally:
            process.kill()


def stand_in(kind: Any, mark: str) -> Value:
    """A value of a type, as Terraform writes types: `"string"`, `["list", "string"]`. Another mark, another value."""
    match kind:
        case "string":
            return mark
        case "number":
            return len(mark) + 1
        case "bool":
            return len(mark) > 1
        case ["map", inner]:
            return {"key": stand_in(inner, mark)}
        case ["object", fields, *_]:
            return {name: stand_in(inner, mark) for name, inner in fields.items()}
        case [_, inner]:
            return [stand_in(inner, mark)]
        case _:
            return None


def empty(block: Any) -> dict[str, Value]:
    """A block with nothing in it."""
    attributes: dict[str, Value] = {each.name: None for each in block.attributes}
    return attributes | {it.type_name: None if it.nesting == SINGLE else [] for it in block.block_types}


def type_of(attribute: Any) -> Any:
    return json.loads(attribute.type) if attribute.type else None
