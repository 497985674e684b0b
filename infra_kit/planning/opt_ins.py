"""Whether AWS Backup copies what a Backup on aws has it copy. Of DocumentDB it does so only where the account has opted
in, region by region, whatever a plan selects
(https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html).

Asked is `aws backup describe-region-settings`, which changes nothing.
"""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast

from infra_kit.planning.asking import Answer, run
from infra_kit.planning.programs import Planned

if TYPE_CHECKING:
    from infra_kit.components.backup import BackupSpec
    from infra_kit.providers.aws.settings import AwsSettings

_ASKED = ("describe-region-settings", "--query", "ResourceTypeOptInPreference.DocumentDB", "--output", "text")
_MENDED = ("update-region-settings", "--resource-type-opt-in-preference", "DocumentDB=true")
"""The other types stay as they are
(https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRegionSettings.html)."""


def of_documents(planned: Planned, environment: Mapping[str, str]) -> Iterator[tuple[str, Answer]]:
    """For each region and profile in which documents are copied: which region, and what its account says."""
    for region, profile in sorted(_copied(planned)):
        place = [*(("--region", region) if region else ()), *(("--profile", profile) if profile else ())]
        yield region, _asked(place, environment)


def _copied(planned: Planned) -> set[tuple[str, str]]:
    """As their provider is made (`providers/aws/pulumi_providers.py`); empty: as the environment has it."""
    backups = (it for it in planned.components if it.type == "infra-kit:index:Backup" and it.target.name == "aws")
    own = planned.configuration.values
    return {
        (
            made.target.region or str(own.get("aws:region", "")),
            cast("AwsSettings", made.target.settings).profile or str(own.get("aws:profile", "")),
        )
        for made in backups
        if any(it.KIND == "document_store" for it in cast("BackupSpec", made.spec).of)
    }


def _asked(place: list[str], environment: Mapping[str, str]) -> Answer:
    asked, mended = (["aws", "backup", *words, *place] for words in (_ASKED, _MENDED))
    if not shutil.which("aws", path=environment.get("PATH")):
        return _unknown("there is no aws on PATH", asked)
    code, out, err = run(asked, environment)
    if code != 0:
        return _unknown(err, asked)
    if out != "True":
        return Answer(said="off: no DocumentStore is copied there, and no up fails by it", mend=shlex.join(mended))
    return Answer("on")


def _unknown(why: str, asked: list[str]) -> Answer:
    return Answer(said=f"not asked: {why}", mend=f"{shlex.join(asked)}   # must say True", needed=False)
