"""The security of a planned stack, in words of our own: what is wrong, why it matters, how to mend it."""

from infra_kit.planning.audit.findings import Audit, Finding, Severity, audit

__all__ = ["Audit", "Finding", "Severity", "audit"]
