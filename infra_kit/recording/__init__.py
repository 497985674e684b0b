"""Recording: what a Pulumi program would make, without an engine, a plugin or a credential.

Tests and the planner stand on it; users find it in `infra_kit.testing`.
"""

from infra_kit.recording.monitor import RecordingError
from infra_kit.recording.recorder import Options, Program, Recording, Resource, State, record, root

__all__ = ["Options", "Program", "Recording", "RecordingError", "Resource", "State", "record", "root"]
