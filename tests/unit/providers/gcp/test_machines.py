"""What of a machine's script is Google Cloud's, run with a stand-in for `curl` and for Debian's packages."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from pathlib import Path

import pytest

from infra_kit.providers.gcp import machines

CURL = r"""#!/bin/sh
echo "$*" >>"$LOG"
case "$*" in
  *computeMetadata*) cat "$ANSWERS/token" ;;
  *) cat >"$ANSWERS/headers"; cat "$ANSWERS/secret" ;;
esac
"""
TOKEN = '{"access_token":"ya29.a-b_c","expires_in":3599,"token_type":"Bearer"}'


def run(folder: Path, command: str, **programs: str) -> subprocess.CompletedProcess[str]:
    script = machines.of_the_cloud()
    for name, text in {"curl": CURL, **programs}.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    own = {"SECRET": "projects/1/secrets/bus-settings/versions/3", "ANSWERS": str(folder), "LOG": str(folder / "log")}
    known = {**own, "PATH": f"{folder}:{os.environ['PATH']}"}
    text = f"set -eu\n{script}\n{command}\n"
    return subprocess.run(["sh"], input=text, env=known, capture_output=True, text=True, check=False, timeout=60)


def answer(text: str) -> str:
    """As Secret Manager writes it."""
    data = base64.b64encode(text.encode()).decode()
    payload = {"data": data, "dataCrc32c": "1234567"}
    return json.dumps({"name": "projects/1/secrets/bus-settings/versions/3", "payload": payload}, indent=2)


def test_what_the_server_is_told_is_read_as_the_machines_account_and_the_token_is_no_argument(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN)
    (tmp_path / "secret").write_text(answer("ca.pem aGk=\nnats.conf aG8=\n"))
    done = run(tmp_path, "secret")
    assert (done.returncode, done.stdout) == (0, "ca.pem aGk=\nnats.conf aG8=\n"), done.stderr
    assert (tmp_path / "headers").read_text() == "Authorization: Bearer ya29.a-b_c\n"
    said = (tmp_path / "log").read_text()
    assert "https://secretmanager.googleapis.com/v1/projects/1/secrets/bus-settings/versions/3:access" in said
    assert "ya29" not in said
    assert [line.count("--max-time 30") for line in said.splitlines()] == [1, 1], (
        "an answer that never ends holds it up"
    )


@pytest.mark.parametrize("refused", ["", '{"error": {"code": 403, "message": "Permission denied"}}'])
def test_what_is_refused_says_nothing_which_the_machine_takes_for_unread(tmp_path: Path, refused: str) -> None:
    (tmp_path / "token").write_text(TOKEN)
    (tmp_path / "secret").write_text(refused)
    assert run(tmp_path, "secret").stdout == ""


def test_docker_and_what_it_and_the_script_need_are_installed_from_debian_and_start_with_the_machine(
    tmp_path: Path,
) -> None:
    says = '#!/bin/sh\necho "${0##*/} $*" >>"$LOG"\n'
    done = run(tmp_path, "packages && prepare", **dict.fromkeys(("apt-get", "docker", "systemctl"), says))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "log").read_text().splitlines() == [
        "apt-get update -q",
        "apt-get install -y -q --no-install-recommends docker.io apparmor ca-certificates curl",
        "systemctl enable --now docker",
    ]
