"""Records of DNS as specs take them: names, types, values, each checked where it is given."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Literal, TypedDict, Unpack

import pulumi
from pydantic import AfterValidator, ConfigDict, Field, model_validator

from infra_kit.durations import Duration, seconds
from infra_kit.errors import SpecError
from infra_kit.spec import Items, Options
from infra_kit.workloads import Text, Value

RecordType = Literal["A", "AAAA", "CAA", "CNAME", "MX", "NS", "SRV", "TXT"]
APEX = "@"
"""The zone's own name."""
MAX_TTL = 7 * 86_400
"""Seconds: resolvers keep nothing longer (https://www.rfc-editor.org/rfc/rfc8767#section-4)."""
MAX_TEXT = 4000
"""Characters of a TXT record, which Route 53 takes
(https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html#TXTFormat)."""

_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"({_LABEL}\.)+[a-z]([a-z0-9-]{{0,61}}[a-z0-9])?\.?", re.IGNORECASE)
_NUMBER = r"(0|[1-9][0-9]{0,4})"


def _name(text: str) -> str:
    if text != APEX and not re.fullmatch(rf"(\*|{_LABEL})(\.{_LABEL})*", text):
        raise ValueError(
            f"a name below the zone's in lower case is needed, e.g. 'www' or '*.shop', or {APEX!r} for the zone itself"
        )
    return text


def _ttl(text: str) -> str:
    if seconds(text) > MAX_TTL:
        raise ValueError("resolvers keep nothing longer than '7d'")
    return text


def _is_address(version: int) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        try:
            return ipaddress.ip_address(text).version == version
        except ValueError:
            return False

    return check


def _is_host(text: str) -> bool:
    return bool(_HOST.fullmatch(text))


def _is_host_after(numbers: int) -> Callable[[str], bool]:
    """A host's name behind that many numbers of 16 bits."""

    def check(text: str) -> bool:
        *before, host = text.split(" ")
        legal = all(re.fullmatch(_NUMBER, part) and int(part) <= 65_535 for part in before)
        return len(before) == numbers and legal and _is_host(host)

    return check


def _is_authority(text: str) -> bool:
    return bool(re.fullmatch(r'(0|128) (issue|issuewild|iodef) "[^"\\]*"', text))


def _is_text(text: str) -> bool:
    plain = text.isascii() and text.isprintable() and not set(text) & {'"', "\\"}
    return plain and 0 < len(text) <= MAX_TEXT


_FORMS: Mapping[RecordType, tuple[Callable[[str], bool], str]] = {
    "A": (_is_address(4), "an IPv4 address, e.g. '203.0.113.10'"),
    "AAAA": (_is_address(6), "an IPv6 address, e.g. '2001:db8::10'"),
    "CAA": (_is_authority, "flags, tag and value, e.g. '0 issue \"letsencrypt.org\"'"),
    "CNAME": (_is_host, "a host's whole name, e.g. 'shop.example.net'"),
    "MX": (_is_host_after(1), "a priority and a host's whole name, e.g. '10 mx.example.net'"),
    "NS": (_is_host, "a name server's whole name, e.g. 'ns1.example.net'"),
    "SRV": (_is_host_after(3), "priority, weight, port and a host's whole name, e.g. '10 5 443 sip.example.net'"),
    "TXT": (_is_text, f"1 to {MAX_TEXT} printable characters of ASCII without quotes, which are put around them"),
}


class RecordOptions(TypedDict, total=False):
    """The options of a `Record`."""

    ttl: str


class Record(Options):
    """One name and type of a zone, with all its values: `Record("@", "MX", ["10 mx.example.net"])`."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    name: Annotated[str, AfterValidator(_name)]
    """Below the zone's: `www`, `*.shop`; `@` is the zone's own name."""
    type: RecordType
    values: Items[Text] = Field(min_length=1)
    """As a zone file has them; a TXT without its quotes, of any length. Hosts are named in full."""
    ttl: Annotated[Duration, AfterValidator(_ttl)] = "5m"
    """How long resolvers keep it."""

    def __init__(self, name: str, type: RecordType, values: Sequence[Value], **options: Unpack[RecordOptions]) -> None:  # noqa: A002  what DNS calls it
        super().__init__(name=name, type=type, values=values, **options)

    @model_validator(mode="after")
    def _check(self) -> Record:
        known = [value for value in self.values if isinstance(value, str)]
        for value in known:
            _check_value(self.type, value)
        if len(set(known)) < len(known):
            raise ValueError("values: each stands once")
        if self.type == "CNAME" and (self.name == APEX or len(self.values) > 1):
            raise ValueError(
                "CNAME: the zone's own name has other records, and beside a CNAME there is none; say its address (A), "
                "or let an edge have the name: Gateway(…, domains=[…], zones=[…])"
                if self.name == APEX
                else "CNAME: it has one value; for several addresses say an A"
            )
        if self.type == "NS" and self.name == APEX:
            raise ValueError("NS: the zone has name servers of its own; an NS leads to another zone's, by a name below")
        return self

    def checked(self, where: str) -> list[pulumi.Input[str]]:
        """The values; one that is known later is checked then, and raises `SpecError`."""

        def check(value: str) -> str:
            try:
                return _check_value(self.type, value)
            except ValueError as wrong:
                raise SpecError(f"{where}: records: {self.name}: {wrong}") from None

        return [value if isinstance(value, str) else value.apply(check) for value in self.values]


def _check_value(type_: RecordType, value: str) -> str:
    fits, form = _FORMS[type_]
    if not fits(value):
        raise ValueError(f"{type_}: given {value!r}; needed is {form}")
    return value
