"""A Job: run once for what is wanted, or by its schedule."""

from __future__ import annotations

from typing import Any

from infra_kit._dynamic import Props
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.server import inputs_of
from infra_kit.providers.local.servers.supervised import Supervised, is_done, runs_once


class JobServer(Supervised):
    KIND = "local/job"
    PORTS = 0

    def wanted(self, box: Box, record: Record, props: Props) -> dict[str, Any]:  # noqa: ARG002
        runs = {"schedule": props.get("schedule"), "timeout": props["timeout"], "retries": int(props["retries"])}
        return {"instances": 0, "runs": runs}

    def changed(self, olds: Props, news: Props) -> bool:
        """One that has run for what is wanted is done: it need not be running."""
        if news.get("schedule"):
            return super().changed(olds, news)
        box = self.box(news)
        return inputs_of(olds) != inputs_of(news) or not box.exists or not is_done(box)

    def is_ready(self, box: Box, record: Record) -> bool:
        """One that `up` runs has ended by then."""
        return is_done(box) if runs_once(box) else super().is_ready(box, record)

    def refusal(self, box: Box) -> str:  # noqa: ARG002
        return "the job failed: "

    def reload(self, box: Box, record: Record, props: Props) -> bool:
        """A run that is made for `up` is made by a supervisor of its own."""
        return bool(props.get("schedule")) and super().reload(box, record, props)

    def work_seconds(self, props: Props) -> float:
        each = float(props["timeout"]) + float(props["stop_timeout"])
        return (int(props["retries"]) + 1) * each

    def outputs(self, box: Box, record: Record, props: Props) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ARG002
        return {"log": str(box.process.log)}, {}


HANDLER = JobServer()
