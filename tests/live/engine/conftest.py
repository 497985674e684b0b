"""The live tests of the engine run it on a toy project."""

from tests.engine_fixtures import cli, toy

__all__ = ["cli", "toy"]
