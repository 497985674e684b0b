"""What an audit finds in a small program."""

from collections.abc import Callable
from typing import Any

from infra_kit.planning.audit import Audit, audit
from infra_kit.planning.configuration import Configuration
from infra_kit.planning.programs import Planned
from infra_kit.testing import record

AWS = {"infra-kit:target": "aws", "infra-kit:environment": "production", "infra-kit:region": "eu-west-1"}


def audited(program: Callable[[], object], **settings: Any) -> Audit:
    config = {**AWS, **{f"infra-kit:{key.replace('_', '-')}": value for key, value in settings.items()}}
    recording = record(program, config=config)
    return audit(Planned(Configuration(None, "test", config, frozenset()), recording, ()))  # type: ignore[arg-type]


def rules(program: Callable[[], object], **settings: Any) -> set[str]:
    return {finding.rule for finding in audited(program, **settings).findings}
