"""What an nginx has answered: a Cdn by its access log, a Gateway by its log of figures."""

from __future__ import annotations

import math
import os
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from infra_kit.providers.local.servers import gateway_certificates, nginx
from infra_kit.providers.local.signals.probe import RECENT_SECONDS, Figures, Probe, Source, percent
from infra_kit.signals import Signal

CACHED = frozenset({"HIT", "STALE", "UPDATING", "REVALIDATED"})
ASKED = CACHED | {"MISS", "EXPIRED"}
"""Answers that the cache might have had
(https://nginx.org/en/docs/http/ngx_http_upstream_module.html#var_upstream_cache_status)."""


@dataclass(frozen=True)
class Answer:
    """The last words of a line of a log of ours: status, what the cache did, seconds."""

    when: float
    status: int
    cache: str
    seconds: float


class Answers:
    """Those of the last minute, from the end of a log that grows and is put aside."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._began = time.monotonic()
        self._recent: deque[Answer] = deque()
        self._file, self._at = _identity(log), _size(log)
        self._rest = b""

    def read(self) -> tuple[Sequence[Answer], float]:
        """They, and over how many seconds."""
        now = time.monotonic()
        self._recent.extend(self._new(now))
        while self._recent and self._recent[0].when < now - RECENT_SECONDS:
            self._recent.popleft()
        return self._recent, min(RECENT_SECONDS, now - self._began)

    def _new(self, now: float) -> Iterator[Answer]:
        file = _identity(self._log)
        if file != self._file or _size(self._log) < self._at:
            self._file, self._at, self._rest = file, 0, b""
        if file is None:
            return
        with self._log.open("rb") as log:
            log.seek(self._at)
            text = self._rest + log.read()
            self._at = log.tell()
        *lines, self._rest = text.split(b"\n")
        for line in lines:
            words = line.decode(errors="replace").split()
            if len(words) > 3 and words[-3].isdigit():
                yield Answer(now, int(words[-3]), words[-2], float(words[-1]))


class CdnProbe(Probe):
    LOG = nginx.ACCESS_LOG

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        (self._box,) = source.boxes
        self._answers = Answers(self._box.path / self.LOG)

    def measure(self) -> Figures:
        answers, seconds = self._answers.read()
        figures = {Signal.REQUESTS: len(answers) / seconds} if seconds else {}
        if answers:
            figures[Signal.ERRORS] = percent(sum(it.status >= 500 for it in answers), len(answers))
            figures[Signal.CLIENT_ERRORS] = percent(sum(400 <= it.status < 500 for it in answers), len(answers))
        return {**figures, **self.special(answers)}

    def special(self, answers: Sequence[Answer]) -> Figures:
        asked = [it.cache for it in answers if it.cache in ASKED]
        return {Signal.CACHE_HITS: percent(sum(it in CACHED for it in asked), len(asked))} if asked else {}


class GatewayProbe(CdnProbe):
    LOG = nginx.FIGURES_LOG

    def special(self, answers: Sequence[Answer]) -> Figures:
        figures = _certificate(self._box.conf / gateway_certificates.CERTIFICATE)
        if answers:
            seconds = sorted(it.seconds for it in answers)
            figures[Signal.LATENCY] = sum(seconds) / len(seconds)
            figures[Signal.LATENCY_P95] = seconds[math.ceil(0.95 * len(seconds)) - 1]
        return figures


def _certificate(file: Path) -> dict[Signal, float]:
    """Days until it ends; one that only its Cdn reaches has none."""
    try:
        ends = x509.load_pem_x509_certificate(file.read_bytes()).not_valid_after_utc
    except FileNotFoundError:
        return {}
    return {Signal.CERTIFICATE: (ends - datetime.now(UTC)).total_seconds() / 86_400}


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _size(file: Path) -> int:
    try:
        return os.stat(file).st_size  # noqa: PTH116
    except FileNotFoundError:
        return 0
