"""What `bucket.sh` makes of what SeaweedFS 4.48 answers when it is asked how a bucket is set."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from infra_kit.providers.vps.scripts import told

CURL = """#!/bin/sh
while [ $# -gt 1 ]; do
  [ "$1" != --request ] || method=$2
  shift
done
asked="$method ${1#s3:/}"
echo "$asked" >>"$FOLDER/asked"
case $asked in
  'GET ') echo '<Name>probe</Name><Name>files</Name>' ;;
  'GET probe/probe') echo ready ;;
  'GET files?'*=)
    setting=${asked#*\\?}
    [ ! -e "$FOLDER/${setting%=}" ] || exec sh "$FOLDER/${setting%=}"
    [ "$setting" != object-lock= ] || exec sh "$FOLDER/none"
    ;;
esac
"""


def error(code: str) -> str:
    return f"echo '<Error><Code>{code}</Code></Error>'; echo 'curl: (22)' >&2; exit 22"


LOCKED = "echo '<Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>30</Days></DefaultRetention></Rule>'"
VERSIONED = "echo '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'"
NONE = error("ObjectLockConfigurationNotFoundError")
UNKNOWN = {code: error(code) for code in ("InternalError", "NoSuchBucket")}
UNKNOWN["time-out"] = "echo 'curl: (28) timed out' >&2; exit 28"


def settle(folder: Path, lock_days: str = "7", kept: str = "Enabled", **answers: str) -> tuple[str, list[str]]:
    """What it says when it fails, and what it did to the bucket."""
    (folder / "curl").write_text(CURL)
    (folder / "curl").chmod(0o755)
    for setting, does in {"none": NONE, **answers}.items():
        (folder / setting.replace("_", "-")).write_text(does)
    wanted = {"VERSIONING": kept, "LOCK_DAYS": lock_days, "LOCK_MODE": "GOVERNANCE", "LIFECYCLE": "", "CORS": ""}
    names = {"NAME": "files", "BUCKET": "files", "PROBE": "probe", "S3": "s3:", "CURL_CONFIG": "admin.curl"}
    text = told("bucket.sh", {**names, **wanted}).replace("/data/", f"{folder}/")
    known = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "FOLDER": str(folder)}

    done = subprocess.run(["sh", "-s"], input=text, text=True, env=known, check=False, capture_output=True)

    asked = (folder / "asked").read_text().splitlines()
    assert (done.returncode == 0) == (done.stderr == "")
    return done.stderr, [it for it in asked if it.startswith(("PUT files", "DELETE files"))]


def test_a_bucket_without_a_lock_gets_the_one_that_was_asked_for(tmp_path: Path) -> None:
    why, done = settle(tmp_path)

    assert why == ""
    assert "PUT files?object-lock=" in done


def test_a_lock_is_never_made_shorter(tmp_path: Path) -> None:
    why, done = settle(tmp_path, object_lock=LOCKED)

    assert "retention_lock is 30 days, and 7 was asked for" in why
    assert "PUT files?object-lock=" not in done


@pytest.mark.parametrize("answer", UNKNOWN.values(), ids=UNKNOWN)
@pytest.mark.parametrize("lock_days", ["0", "7"])
def test_a_lock_that_cannot_be_read_is_not_taken_for_none(tmp_path: Path, answer: str, lock_days: str) -> None:
    why, done = settle(tmp_path, lock_days, object_lock=answer)

    assert "files: SeaweedFS does not say what object-lock its bucket has" in why
    assert done == ["PUT files?versioning="]


def test_versions_are_kept_no_longer_where_they_are_no_longer_asked_for(tmp_path: Path) -> None:
    assert "PUT files?versioning=" in settle(tmp_path, "0", "Suspended", versioning=VERSIONED)[1]


def test_a_bucket_that_never_had_versions_is_not_told_to_suspend_them(tmp_path: Path) -> None:
    why, done = settle(tmp_path, "0", "Suspended")

    assert why == ""
    assert "PUT files?versioning=" not in done


@pytest.mark.parametrize("answer", UNKNOWN.values(), ids=UNKNOWN)
def test_versions_that_cannot_be_read_are_not_taken_for_none(tmp_path: Path, answer: str) -> None:
    why, done = settle(tmp_path, "0", "Suspended", versioning=answer)

    assert "files: SeaweedFS does not say what versioning its bucket has" in why
    assert done == []
