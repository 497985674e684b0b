"""For tests of stacks, components and providers: see docs/testing.md."""

from infra_kit.testing._monitor import RecordingError
from infra_kit.testing.recording import Options, Recording, Resource, record

__all__ = ["Options", "Recording", "RecordingError", "Resource", "record"]
