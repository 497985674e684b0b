"""Roles that a PostgreSQL server has on every target."""

from __future__ import annotations

OWNER = "app"
"""The role that the endpoint names: owns the databases, is no superuser."""
