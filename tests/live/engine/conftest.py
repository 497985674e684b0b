"""The live tests of the engine run it on a toy project."""

from tests.engine_fixtures import cli, first_up, toy, up_with

__all__ = ["cli", "first_up", "toy", "up_with"]
