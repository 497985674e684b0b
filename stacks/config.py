"""From a stack's configuration to the module of its phase."""

import importlib
import pkgutil
from typing import Protocol, cast

import pulumi

import stacks
from infra_kit.errors import ConfigError


class Phase(Protocol):
    """A module `stacks/<system>/phase_<n>.py`."""

    def deploy(self) -> None: ...


def load_phase() -> Phase:
    """The module that `infra-kit:system` and `infra-kit:phase` (default 1) name."""
    config = pulumi.Config("infra-kit")
    system = _one_of("infra-kit:system", config.require("system"), _modules(list(stacks.__path__)))
    phase = _one_of("infra-kit:phase", config.get("phase") or "1", phases(system))
    return cast(Phase, importlib.import_module(f"stacks.{system}.phase_{phase}"))


def phases(system: str) -> dict[str, str]:
    """The phases of a system, `1`, `2`, …, and the module of each."""
    package = importlib.import_module(f"stacks.{system}")
    modules = _modules(list(package.__path__))
    return {name.removeprefix("phase_"): name for name in modules if name.startswith("phase_")}


def release() -> str:
    """What is deployed, e.g. a commit: `infra-kit:release`, set by the pipeline. A new one renews the caches."""
    return pulumi.Config("infra-kit").get("release") or ""


def domains(key: str = "domains") -> list[str]:
    """The names of an edge, `zuclubit:domains: [www.example.com]` of what visitors reach, `zuclubit:static-domains` of
    a Cdn beside a public gateway. None: the target's address."""
    names: list[str] = pulumi.Config(system()).get_object(key) or []
    return names


def system() -> str:
    return pulumi.Config("infra-kit").require("system")


def _modules(path: list[str]) -> dict[str, str]:
    """The systems below stacks/ or the phases below a system, by the name that configuration uses."""
    modules = (module.name for module in pkgutil.iter_modules(path) if module.ispkg or module.name.startswith("phase_"))
    return {name: name for name in modules}


def _one_of(key: str, given: str, allowed: dict[str, str]) -> str:
    name = given.replace("-", "_")
    if name not in allowed:
        raise ConfigError(f"{key}: given {given!r}, there is {', '.join(sorted(allowed)) or 'none'}.")
    return name
