"""Links are made by their handlers here, on one server a module."""

from tests.live.servers.conftest import home_dir, shared_home_dir

__all__ = ["home_dir", "shared_home_dir"]
