"""The one tree of errors. A message names the component, the field, what was given, what is allowed, the way out."""

from collections.abc import Iterable
from typing import Any


class InfraKitError(Exception):
    """Base of every error that infra_kit raises on purpose: catch this one to catch them all."""


class SpecError(InfraKitError):
    """A component was asked for something that no target could make: wrong type, out of range, unknown argument."""


class OptionsError(SpecError):
    """A group of options, e.g. `Health(…)`, was asked for something that no target could make. It is made before the
    component that it is for: infra-kit shows the program's line, which Python's traceback has."""

    def __init__(self, group: type[Any], problems: str) -> None:
        self.group = group
        self.problems = problems
        super().__init__(f"{group.__name__}: {problems}")


class InvalidNameError(SpecError):
    """A component's name is empty, too long, or has characters that some target refuses."""


class DuplicateNameError(SpecError):
    """Two components of one stack carry the same name."""


class ConfigError(InfraKitError):
    """A value in the stack's configuration is missing or not understood."""


class TargetError(InfraKitError):
    """The target cannot be used."""


class UnknownTargetError(TargetError):
    """No target of that name is registered."""


class TargetNotInstalledError(TargetError):
    """The target's packages are not installed: the message prints the pip command."""


class DriverMissingError(TargetError):
    """The target is there, but has no driver for this component yet."""


class UnsupportedFeatureError(TargetError):
    """A component asks for a feature that the target lacks and the stack has not accepted the gap."""

    def __init__(self, target: str, component: str, name: str, gaps: Iterable[tuple[str, str]]) -> None:
        listed = list(gaps)
        self.name, self.features = name, tuple(feature for feature, _ in listed)
        lines = [f"  {feature}: {hint}" for feature, hint in listed]
        features = ", ".join(feature for feature, _ in listed)
        super().__init__(
            f"{component} {name!r}: the target {target!r} lacks what is asked for:\n"
            + "\n".join(lines)
            + "\nDrop it from the component, choose another target, or accept the gap in the stack's "
            + f"configuration:\n  infra-kit:accepted-gaps: {{{name}: [{features}]}}"
        )


class ToolError(TargetError):
    """A vendor's program that does the work of a command (ssh, aws, gcloud) is not here, or failed: its own words."""


class TunnelError(TargetError):
    """The way to a component could not be opened, or closed by itself: the message says what is missing."""


class OverrideError(SpecError):
    """An override names a role that the driver did not create: the message lists the roles there are."""


class ServerError(InfraKitError):
    """A server of the local target could not be started, reached or changed. Nothing was deleted."""


class BackupError(InfraKitError):
    """A copy could not be taken, read or restored.

    Args:
        check: what failed, in a word: `unreachable`, `wrong-key`, `truncated`, `changed`, `missing-log`, `rows` …
        text: for people.
    """

    def __init__(self, check: str, text: str) -> None:
        self.check = check
        super().__init__(text)


class ProgramError(InfraKitError):
    """The user's program failed when it was run: its own words, with the file and the line."""


class PlanningError(InfraKitError):
    """A plan cannot be made of what was given: a price, an assumption, a budget, a file that is none of ours."""


class UnknownQuantityError(PlanningError):
    """How much of something there is, only another stack or a secret says."""


class EngineError(InfraKitError):
    """Pulumi's engine could not be found, or a run of it failed."""


class PulumiNotFoundError(EngineError):
    """There is no Pulumi CLI, and none of the ways to get one worked: the message says what to install."""


class AnotherRunError(EngineError):
    """Another run works on this stack right now: it is left alone. The message names its process."""


class DataLossRefusedError(EngineError):
    """The guard: the run would replace or delete something that holds data. Nothing was changed."""
