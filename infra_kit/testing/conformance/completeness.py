"""Whether a target's tests have a suite for all that the target has: one that is missing fails nowhere by itself."""

from __future__ import annotations

from types import ModuleType

from infra_kit.target import package
from infra_kit.testing.conformance.suite import ComponentConformance


def without_suite(target: str, module: ModuleType) -> list[str]:
    """The components that a target has drivers of, and a module of tests has no suite for, recorded or live.

    Args:
        target: its name.
        module: in which pytest finds the classes; in itself, `sys.modules[__name__]`.
    """
    classes = [it for name, it in vars(module).items() if name.startswith("Test") and isinstance(it, type)]
    suites: list[type] = [getattr(it, "suite", it) for it in classes]
    held = {it.component.KIND for it in suites if issubclass(it, ComponentConformance)}
    home = package(target)
    none_is_made = {*getattr(home, "SHARED", ()), *getattr(home, "REFUSES", ())}
    return sorted(home.DRIVERS.keys() - none_is_made - held)
