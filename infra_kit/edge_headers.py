"""Headers by which parts of an edge know one another."""

TRUST_HEADER = "X-Infra-Kit-Cdn"
"""Carries `CdnEndpoint.trust` to the hosts."""
