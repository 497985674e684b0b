"""A project in a folder of its own, as a user has one."""

from tests.unit.planning.conftest import make_project

__all__ = ["make_project"]
