"""The shop of seeds/001 on the targets that none of its stack files names: the same modules, other configuration."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from infra_kit.testing import Recording, record
from tests.unit.planning.mirrored import assert_mirrored
from tests.unit.stacks.recorded import PHASES, PROJECT, configuration, deploy
from tests.unit.stacks.steps import (
    assert_data_stays,
    assert_passes,
    assert_possible,
    assert_stopped,
    assert_told,
    changes,
    saved_of,
)

NAME = "vina-santa-cruz-production"
COPIES = {
    "endpoint": "https://s3.eu-central-003.backblazeb2.com",
    "region": "eu-central-003",
    "bucket": "vina-santa-cruz-copies",
    "access_key": "recorded",
    "secret_key": "recorded",
    "passphrase": "recorded-passphrase",
}
SMTP = {"host": "smtp.example", "sender": "ops@vinasantacruz.example", "username": "ops", "password": "recorded"}
ELSEWHERE: Mapping[str, Mapping[str, Any]] = {
    "gcp": {
        "infra-kit:target": "gcp",
        "infra-kit:region": "southamerica-east1",
        "infra-kit:gcp": {"billing_account": "012345-6789AB-CDEF01"},
        "infra-kit:accepted-gaps": {
            "shop": ["smoke-tests"],
            "edge": ["cache-control"],
            "alerts": ["signal:backup.log-age", "signal:budget.spent", "signal:cdn.certificate"],
        },
    },
    "vps": {
        "infra-kit:target": "vps",
        "infra-kit:vps": {
            "host": "203.0.113.10",
            "host_key": "ssh-ed25519 AAAA",
            "size": {"cpu": 8, "memory_gb": 24, "disk_gb": 200},
            "backups": COPIES,
            "smtp": SMTP,
        },
        "infra-kit:accepted-gaps": {
            "shop": ["autoscaling"],
            "alerts": ["route:sms", "signal:budget.spent", "signal:gateway.errors", "signal:gateway.latency"],
            "performance": ["signal:gateway.latency", "signal:gateway.latency-p95", "signal:gateway.requests"],
        },
    },
}
"""The page of the system says why each of these is accepted."""
OURS = ("vina-santa-cruz:limits", "vina-santa-cruz:backup-region", "infra-kit:region")
"""Of production's file, what is AWS's."""
THERE = {"gcp": PHASES["vina_santa_cruz"], "vps": ["1", "2"]}
"""By target, the phases that stand there: of the third, a host has no standby."""
STEPS = [(target, *pair) for target, phases in THERE.items() for pair in pairwise(phases)]


@cache
def elsewhere(target: str, phase: str) -> Recording:
    kept = {key: value for key, value in configuration(NAME, phase).items() if key not in OURS}
    return record(deploy, project=PROJECT.name, stack=NAME, config={**kept, **ELSEWHERE[target]})


@pytest.mark.parametrize(("target", "phase"), [("gcp", "1"), ("gcp", "3"), ("vps", "2")])
def test_it_stands_there_with_the_gaps_that_its_page_names(target: str, phase: str) -> None:
    stack = elsewhere(target, phase)
    components = {it.type.rpartition(":")[2] for it in stack.resources if it.type.startswith("infra-kit:index:")}
    asked = {"Postgres", "Redis", "ObjectStore", "Cdn", "Gateway", "Service", "Job", "Secret", "Domain", "Budget"}
    assert asked | {"Backup", "RestoreDrill", "Alerts", "Uptime", "Dashboard"} <= components
    page = (PROJECT.root / "docs" / "systems" / "vina-santa-cruz.md").read_text(encoding="utf-8")
    gaps = {gap for each in ELSEWHERE[target]["infra-kit:accepted-gaps"].values() for gap in each}
    assert [gap for gap in sorted(gaps) if f"`{gap}`" not in page] == []


@pytest.mark.parametrize(("target", "before", "after"), STEPS)
def test_from_phase_to_phase_nothing_that_holds_data_goes_or_is_made_anew(target: str, before: str, after: str) -> None:
    old, new = elsewhere(target, before), elsewhere(target, after)
    assert_data_stays(old, new)
    assert_passes(way := changes(old, new))
    assert_possible(way)


@pytest.mark.parametrize(("target", "before", "after"), STEPS)
def test_on_the_way_back_what_holds_data_stays_or_its_end_is_stopped(target: str, before: str, after: str) -> None:
    old, new = elsewhere(target, before), elsewhere(target, after)
    back = changes(new, old)
    assert_told(back)
    assert_stopped(back)
    assert_possible(back)
    assert_mirrored(saved_of(old), saved_of(new))
