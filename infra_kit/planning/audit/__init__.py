"""The security of a planned stack, in words of our own: what is wrong, why it matters, how to mend it."""

from infra_kit.planning.audit.findings import Audit, Finding, audit
from infra_kit.planning.audit.rules import Severity

__all__ = ["Audit", "Finding", "Severity", "audit"]
