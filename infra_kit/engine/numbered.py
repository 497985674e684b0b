"""Numbered stacks of one template, a preview for each pull request: those that nobody deployed for long go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from infra_kit.engine import pulumi_cli, up
from infra_kit.engine.display import Progress
from infra_kit.engine.project import PREVIEW, Project, template_of
from infra_kit.engine.stack import Stack, setting
from infra_kit.errors import ConfigError, EngineError, InfraKitError


def stale(project: Project, template: str, before: datetime, progress: Progress) -> Mapping[str, datetime]:
    """The stacks `<template>-<number>` that were last deployed before a moment, and when that was. One with a file of
    its own that is not for `preview` is none of them.

    Raises:
        ConfigError: there is no such template, or its stacks are not for `preview`: none other goes by its age.
    """
    environment = setting(project, template, "environment")
    if environment != PREVIEW:
        raise ConfigError(
            f"{project.config_file(template)}: infra-kit:environment: given {environment!r}; only stacks of the "
            f"environment {PREVIEW!r} are removed by their age. Any other: infra-kit down --stack NAME."
        )
    project.prepare()
    updates = Stack(project, template, pulumi_cli.ensure(progress)).updates()
    old = {name: when for name, when in sorted(updates.items()) if template_of(name) == template and when < before}
    return {name: when for name, when in old.items() if setting(project, name, "environment") == PREVIEW}


def remove(project: Project, names: Sequence[str], progress: Progress) -> None:
    """Takes stacks down and has the backend forget them: all that it can. Raises `EngineError` with those left."""
    left = []
    for name in names:
        try:
            up.down(project, name, progress)
            Stack(project, name, pulumi_cli.ensure(progress)).forget()
        except InfraKitError as error:
            progress.error(f"{name}: {error}")
            left.append(name)
    if left:
        raise EngineError(f"{', '.join(left)} could not be removed, as is said above. Mend that and run this again.")
