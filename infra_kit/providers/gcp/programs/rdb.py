"""Reads a dump of a Redis as a server loads it, to its end: every key, and the checksum over all of it
(https://rdb.fnordig.de/file_format.html; what Redis 7.2 writes, the newest that Memorystore has)."""

from __future__ import annotations

from typing import Any

from infra_kit.providers.gcp.programs.google import Named

POLYNOMIAL = 0x95AC9329AC4BC9B5
"""Of Redis' CRC-64, its bits reversed (https://github.com/redis/redis/blob/7.2/src/crc64.c)."""
PIECE = 1 << 20
MAGIC = (b"REDIS", b"VALKEY")
AUXILIARY, RESIZE, EXPIRES_MS, EXPIRES, SELECT, END = 0xFA, 0xFB, 0xFC, 0xFD, 0xFE, 0xFF
IDLE, FREQUENCY, FUNCTION = 0xF8, 0xF9, 0xF5
STRINGS = {0: 1, 9: 1, 10: 1, 11: 1, 12: 1, 13: 1, 16: 1, 17: 1, 20: 1}
"""Types of a value that is one string, or packed into one."""
LISTS = {1: 1, 2: 1, 4: 2, 14: 1}
"""Types of a value that is so many times its length strings."""
MEMBERS = {3: "number", 5: "binary number", 18: "packed"}
"""Types of a value whose members are more than a string."""
STREAMS = {15: 1, 19: 2, 21: 3}
"""And which version of them."""


def _table() -> list[int]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (POLYNOMIAL if value & 1 else 0)  # noqa: PLW2901
        table.append(value)
    return table


TABLE = _table()


def keys(stream: Any) -> int:
    """How many there are. Raises `Named`: `truncated`, `changed` or `keys`."""
    return _Dump(stream).keys()


class _Dump:
    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.sum = 0

    def keys(self) -> int:
        if not self._take(9).startswith(MAGIC):
            raise Named("changed: it does not begin as a dump")
        there = said = 0
        while (kind := self._byte()) != END:
            if kind == RESIZE:
                said += self._length()
                self._length()
            elif not self._aside(kind):
                self._string()
                self._value(kind)
                there += 1
        self._end()
        if there != said:
            raise Named(f"keys: {said} keys were copied, {there} came back")
        return there

    def _end(self) -> None:
        """A checksum of 0 is none: the server was told to write none."""
        held = self.sum
        said = int.from_bytes(self._take(8), "little")
        if said not in (0, held):
            raise Named(f"changed: its checksum is {held:016x}, and it was written with {said:016x}")
        if self.stream.read(1):
            raise Named("changed: it goes on behind its end")

    def _take(self, count: int) -> bytes:
        read: bytes = self.stream.read(count)
        while len(read) < count and (more := self.stream.read(count - len(read))):
            read += more
        if len(read) < count:
            raise Named("truncated: it ends before its end")
        total = self.sum
        for byte in read:
            total = TABLE[(total ^ byte) & 0xFF] ^ (total >> 8)
        self.sum = total
        return read

    def _skip(self, count: int) -> None:
        while count:
            count -= len(self._take(min(count, PIECE)))

    def _byte(self) -> int:
        return self._take(1)[0]

    def _sized(self) -> tuple[int, bool]:
        """A length, or how a string is written instead (True)."""
        first = self._byte()
        if first >> 6 == 0:
            return first, False
        if first >> 6 == 1:
            return (first & 63) << 8 | self._byte(), False
        if first >> 6 == 3:
            return first & 63, True
        return int.from_bytes(self._take(8 if first & 1 else 4), "big"), False

    def _length(self) -> int:
        return self._sized()[0]

    def _string(self) -> None:
        length, otherwise = self._sized()
        if not otherwise:
            return self._skip(length)
        if length < 3:
            return self._skip(1 << length)
        packed = self._length()
        self._length()
        return self._skip(packed)

    def _aside(self, kind: int) -> bool:
        """Whether it was no key."""
        if kind in (EXPIRES_MS, EXPIRES):
            self._skip(8 if kind == EXPIRES_MS else 4)
        elif kind in (SELECT, IDLE):
            self._length()
        elif kind == FREQUENCY:
            self._skip(1)
        elif kind in (AUXILIARY, FUNCTION):
            for _ in range(2 if kind == AUXILIARY else 1):
                self._string()
        else:
            return False
        return True

    def _value(self, kind: int) -> None:
        if kind in STREAMS:
            return self._stream(STREAMS[kind])
        if kind in STRINGS:
            return self._string()
        if kind in LISTS:
            return self._strings(self._length() * LISTS[kind])
        if kind not in MEMBERS:
            raise Named(f"changed: it has a value of the unknown type {kind}")
        for _ in range(self._length()):
            self._member(MEMBERS[kind])
        return None

    def _member(self, what: str) -> None:
        if what == "packed":
            self._length()
        self._string()
        if what == "number":
            self._number()
        if what == "binary number":
            self._skip(8)

    def _strings(self, count: int) -> None:
        for _ in range(count):
            self._string()

    def _number(self) -> None:
        """In digits; the three highest lengths are none (infinite, not a number)."""
        length = self._byte()
        if length < 253:
            self._skip(length)

    def _lengths(self, count: int) -> None:
        for _ in range(count):
            self._length()

    def _stream(self, version: int) -> None:
        self._strings(self._length() * 2)
        self._lengths(3 if version == 1 else 8)
        for _ in range(self._length()):
            self._string()
            self._lengths(2 if version == 1 else 3)
            for _ in range(self._length()):  # what was handed out: an id, when, how often
                self._skip(16 + 8)
                self._length()
            for _ in range(self._length()):
                self._string()
                self._skip(8 if version < 3 else 16)
                self._skip(16 * self._length())
