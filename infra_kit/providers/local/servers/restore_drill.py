"""A drill: runs on a schedule, by a supervisor."""

from __future__ import annotations

import json

from infra_kit._dynamic import Props
from infra_kit.providers.local.backups import drill
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.servers.backup import OwnRuns


class RestoreDrillServer(OwnRuns):
    KIND = "local/restore_drill"
    DOES = "drill"

    def write(self, box: Box, record: Record, props: Props) -> None:  # noqa: ARG002
        box.write(drill.FILE, json.dumps({key: props[key] for key in ("backup", "checks", "rto")}))


HANDLER = RestoreDrillServer()
