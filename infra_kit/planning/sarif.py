"""Findings as SARIF 2.1.0, which code hosts read (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html)."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from infra_kit.planning.audit import Audit, Finding, Severity

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
_SCORES = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.0"}
"""How code hosts rank: https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning"""


def report(found: Audit, program: str) -> dict[str, Any]:
    """The report of one run.

    Args:
        found: what was found.
        program: the path of the program, from the repository's root: a recording knows no line of it.
    """
    rules = {finding.rule: finding for finding in found.findings}
    driver = {
        "name": "infra-kit",
        "version": version("infra-kit"),
        "informationUri": "https://github.com/infra-kit/infra-kit",
        "rules": [_rule(finding) for _, finding in sorted(rules.items())],
    }
    results = [_result(finding, sorted(rules).index(finding.rule), program) for finding in found.findings]
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _rule(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.rule,
        "shortDescription": {"text": finding.what},
        "fullDescription": {"text": finding.why},
        "help": {"text": finding.mend},
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
        "properties": {"security-severity": _SCORES[finding.severity], "tags": ["security"]},
    }


def _result(finding: Finding, index: int, program: str) -> dict[str, Any]:
    name = f"{finding.component}/{finding.resource}" if finding.component else finding.resource
    said: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{name} ({finding.type}): {finding.what}. {finding.why}. Mend it: {finding.mend}."},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": program}, "region": {"startLine": 1}},
                "logicalLocations": [{"name": finding.resource, "fullyQualifiedName": name, "kind": "resource"}],
            }
        ],
        "partialFingerprints": {"resource/v1": f"{finding.rule}:{name}"},
    }
    if finding.accepted:
        said["suppressions"] = [{"kind": "external", "justification": finding.accepted}]
    return said
