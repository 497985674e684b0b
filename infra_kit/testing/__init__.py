"""For tests of stacks, components and providers: see docs/testing.md."""

from infra_kit.recording import Options, Recording, Resource, record
from infra_kit.recording.monitor import RecordingError

__all__ = ["Options", "Recording", "RecordingError", "Resource", "record"]
