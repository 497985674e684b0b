"""Events that are to be kept are never lost without an error.

NATS starts with whatever it can read and drops the rest: after damage to its files a stream is there and empty. So the
record notes of each stream how far it got, and the next `up` compares.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

from nats.js.api import StreamConfig

from infra_kit.errors import ServerError
from infra_kit.providers.local.box import RECORD, Box, Record
from infra_kit.providers.local.servers.nats_monitor import StreamState

_FACT = "stream "
"""Before a stream's name; the fact is `<newest sequence> <number of events>`."""


def expect_what_is_on_disk(box: Box, record: Record) -> None:
    """A stream whose blocks hold something has had an event, also when all came after the last `up`."""
    for name, (sequence, _) in _noted(record).items():
        if not sequence and _is_on_disk(box, name):
            record.facts[_FACT + name] = "1 1"


def require_kept(box: Box, record: Record, found: Mapping[str, StreamState], wanted: Collection[str] = ()) -> None:
    """Raises `ServerError` where a stream, or events that its retention promises, are gone.

    A wanted stream whose events are on disk may be missing: only its settings are damaged, and made again it has them.
    """
    for name, (sequence, messages) in _noted(record).items():
        if name not in found and name in wanted and _is_on_disk(box, name):
            continue
        loss = _loss(found.get(name), sequence, messages)
        if loss:
            raise ServerError(
                f"{box.name}: the stream {name} {loss}: its files are damaged, or it was emptied by hand. They are in "
                f"{box.data}; infra-kit deleted nothing. Run `infra-kit stop` and bring them back from a copy, or move "
                f"{box.path} away to begin anew. To go on with what is left, remove the line {_FACT + name!r} from "
                f"{box.path / RECORD}."
            )


def _is_on_disk(box: Box, stream: str) -> bool:
    blocks = box.data.glob(f"jetstream/*/streams/{stream}/msgs/*.blk")
    return any(block.stat().st_size for block in blocks)


def _loss(state: StreamState | None, sequence: int, messages: int) -> str:
    if state is None:
        return "is gone"
    if state.last_sequence < sequence:
        return f"ends with event {state.last_sequence} and had {sequence}"
    had_events = messages > 0 or state.last_sequence > sequence
    if had_events and not state.messages and _age(state.last_time) < state.max_age:
        return f"is empty, and its newest event, of {state.last_time:%Y-%m-%d %H:%M} UTC, should still be there"
    return ""


def note(box: Box, record: Record, found: Mapping[str, StreamState]) -> None:
    """Writes down how far each stream got, and forgets all others."""
    others = {key: value for key, value in record.facts.items() if not key.startswith(_FACT)}
    streams = {_FACT + name: f"{state.last_sequence} {state.messages}" for name, state in found.items()}
    record.facts = others | streams
    box.save(record)


def forget(box: Box, record: Record, streams: Collection[str]) -> None:
    """These are about to be deleted."""
    for name in streams:
        record.facts.pop(_FACT + name, None)
    box.save(record)


def _noted(record: Record) -> dict[str, tuple[int, int]]:
    facts = {key.removeprefix(_FACT): text.split() for key, text in record.facts.items() if key.startswith(_FACT)}
    return {name: (int(sequence), int(messages)) for name, (sequence, messages) in facts.items()}


def refusal(bus: str, found: Mapping[str, StreamState], wanted: Mapping[str, StreamConfig]) -> str:
    """Why these bounds are refused: NATS would delete events at once. Empty when none would go."""
    for name in sorted(found.keys() & wanted.keys()):
        state, config = found[name], wanted[name]
        max_age, max_bytes = timedelta(seconds=config.max_age or 0), config.max_bytes or -1
        if max_age < state.max_age and state.messages and _age(state.first_time) > max_age:
            return _refused(bus, name, f"retention of {max_age}", f"events since {state.first_time:%Y-%m-%d %H:%M} UTC")
        if 0 < max_bytes < state.bytes:
            return _refused(bus, name, f"size of {max_bytes / 2**30:.3g} GiB", f"{state.bytes / 2**30:.3g} GiB")
    return ""


def _refused(bus: str, name: str, asked: str, held: str) -> str:
    return (
        f"{bus}: the stream {name} holds {held}, and a {asked} was asked for: what is beyond it would be deleted at "
        "once. The safe way: declare the stream by another name, with its subjects and the new bounds; the old one "
        "then keeps its events until their own retention ends. Or leave it as it was. Nothing was changed."
    )


def _age(then: datetime) -> timedelta:
    return datetime.now(UTC) - then
