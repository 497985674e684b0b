"""The pages: no script, nothing from elsewhere, light and dark, to be used by keyboard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

from infra_kit.providers.local.programs.traces.otlp import Span
from infra_kit.providers.local.programs.traces.store import Summary

STYLE = """
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
:root { --line: #8884; --bar: #3b82f6; --bad: #dc2626; }
body { margin: 1.5rem auto; max-width: 70rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
small { opacity: .65; font-weight: 400; }
time { white-space: nowrap; }
td.n, th.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.bad { color: var(--bad); font-weight: 600; }
details { border-bottom: 1px solid var(--line); }
summary { display: grid; grid-template-columns: minmax(10rem, 2fr) 3fr 6rem; gap: .8rem; }
summary { padding: .3rem 0; cursor: pointer; }
summary span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.track { position: relative; }
.bar { position: absolute; top: .25rem; height: .9rem; min-width: 2px; border-radius: 2px; background: var(--bar); }
.bar.bad { background: var(--bad); }
dl { display: grid; grid-template-columns: auto 1fr; gap: .1rem 1rem; margin: .3rem 0 .8rem 1.2rem; font-size: .9em; }
@media (max-width: 40rem) { td:nth-child(n+4), th:nth-child(n+4) { display: none; } }
dt { opacity: .7; } dd { margin: 0; overflow-wrap: anywhere; }
"""
DEEPEST = 12
"""Levels that are set in."""


def latest(traces: Sequence[Summary]) -> str:
    head = "<tr><th>trace</th><th>began</th><th class=n>took</th><th class=n>spans</th><th>services</th></tr>"
    rows = "".join(map(_row, traces))
    none = "<p>No trace yet: none was sent here.</p>" if not traces else ""
    return _page("Traces", f"<h1>Traces</h1><table>{head}{rows}</table>{none}")


def one(trace: str, spans: Sequence[Span]) -> str:
    begin, end = min(it.begin for it in spans), max(it.end for it in spans)
    lines = "".join(_line(span, depth, begin, max(end - begin, 1)) for span, depth in in_order(spans))
    title = escape(f"{spans[0].service}: {spans[0].name}")
    about = f"{_time(begin)}, {_took(end - begin)}, {len(spans)} spans, <code>{escape(trace)}</code>"
    return _page(title, f"<p><a href='/'>All traces</a></p><h1>{title}</h1><p>{about}</p>{lines}")


def in_order(spans: Sequence[Span]) -> Iterator[tuple[Span, int]]:
    """Each below the one that it is part of, with its depth. One whose parent is not known, or that is its own, is at
    the top."""
    known = {it.span for it in spans}
    below: dict[str, list[Span]] = {}
    for span in spans:
        below.setdefault(span.parent if span.parent in known else "", []).append(span)
    waiting = [(span, 0) for span in reversed(below.pop("", []))]
    while waiting or below:
        if not waiting:  # a ring: it is opened anywhere
            waiting = [(span, 0) for span in reversed(below.pop(next(iter(below))))]
        span, depth = waiting.pop()
        yield span, depth
        waiting += [(it, depth + 1) for it in reversed(below.pop(span.span, []))]


def _row(trace: Summary) -> str:
    name = escape(f"{trace.service}: {trace.name}")
    bad = f" <span class=bad>{trace.failed} failed</span>" if trace.failed else ""
    return (
        f"<tr><td><a href='/traces/{escape(trace.trace)}'>{name}</a>{bad}</td><td>{_time(trace.begin)}</td>"
        f"<td class=n>{_took(trace.end - trace.begin)}</td><td class=n>{trace.spans}</td>"
        f"<td>{escape(', '.join(trace.services))}</td></tr>"
    )


def _line(span: Span, depth: int, begin: int, whole: int) -> str:
    bad = " bad" if span.failed else ""
    name = f"<span class='{bad.strip()}' style='padding-left:{min(depth, DEEPEST)}em'>{escape(span.name)} "
    name += f"<small>{escape(span.service)}</small></span>"
    place = f"left:{100 * (span.begin - begin) / whole:.3f}%;width:{100 * (span.end - span.begin) / whole:.3f}%"
    bar = f"<span class=track><span class='bar{bad}' style='{place}'></span></span>"
    told = {"service": span.service, **span.attributes}
    events = {f"{it['name']} (+{_took(it['at'] - span.begin)})": _rest(it) for it in span.events}
    return (
        f"<details><summary>{name}{bar}<span>{_took(span.end - span.begin)}</span></summary>"
        f"<dl>{_facts(told)}{_facts(events)}</dl></details>"
    )


def _rest(event: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}={value}" for key, value in event.items() if key not in {"name", "at"})


def _facts(told: Mapping[str, Any]) -> str:
    return "".join(f"<dt>{escape(str(key))}</dt><dd>{escape(str(value))}</dd>" for key, value in told.items())


def _time(nanoseconds: int) -> str:
    when = datetime.fromtimestamp(min(nanoseconds // 10**9, 253_402_300_799), UTC).astimezone()
    day = "" if when.date() == datetime.now(UTC).astimezone().date() else f"{when:%Y-%m-%d} "
    return f"<time>{day}{when:%H:%M:%S}</time>"


def _took(nanoseconds: int) -> str:
    return f"{nanoseconds / 10**9:.2f} s" if nanoseconds >= 10**9 else f"{nanoseconds / 10**6:.2f} ms"


def _page(title: str, body: str) -> str:
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{title}</title><style>{STYLE}</style><body>{body}</body></html>"
    )
