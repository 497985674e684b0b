"""What a release tells the proxy of a service on a VPS, and when: `service.sh`, with what stands in for Docker."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from infra_kit.providers.vps.scripts import told
from infra_kit.providers.vps.service_proxy import SERVER

DOCKER = r"""#!/bin/sh
# A proxy whose every reload is noted, and whose old worker lives on for some looks.
case "$*" in 'exec --interactive'*) ;; *) exec </dev/null ;; esac
case "$1" in
exec)
  for what; do :; done
  case "$what" in
  *'cat >/tmp/site.conf'*)
    count=$(ls "$PLACE" | grep -c '^site')
    cat >"$PLACE/site-$count"
    echo 3 >"$PLACE/looks" ;;
  *8082*) cat >/dev/null; sed -n 's/.*return 200 "\(.*\)".*/\1/p' "$(ls -t "$PLACE"/site-* | head -1)" ;;
  *'cat >/tmp/serving'*) cat >"$PLACE/serving" ;;
  *'cat /tmp/serving'*) cat >/dev/null; cat "$PLACE/serving" ;;
  *answers*) ;;
  *) echo "$WELL" ; [ "$WELL" = well ] ;;
  esac ;;
top)
  looks=$(cat "$PLACE/looks") now=$((100 + $(ls "$PLACE" | grep -c '^site')))
  echo "root 10 9 nginx: master process"
  echo "nginx $now 10 nginx: worker process"
  [ "$looks" = 0 ] || { echo "nginx $((now - 1)) 10 nginx: worker process"; echo $((looks - 1)) >"$PLACE/looks"; } ;;
inspect) echo running ;;
stop) echo "stop $(cat "$PLACE/looks")" >>"$PLACE/stopped" ;;
esac
"""
OLD, NEW = ("a" * 12, "b" * 12), ("c" * 12, "d" * 12)


class Release:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "docker").write_text(DOCKER)
        (folder / "docker").chmod(0o755)
        (folder / "serving").write_text("".join(f"{it} 8080\n" for it in OLD))
        (folder / "looks").write_text("1")

    def run(self, strategy: str = "rolling", well: str = "well", port: str = "8080") -> int:
        given = {
            "NAME": "api", "PROXY": "proxy", "NETWORK": "net", "PORT": port, "PATH_OF_HEALTH": "/health",
            "INSTANCES": "\n".join(f"{it} program-{it}" for it in NEW), "CHECK_SECONDS": "1", "HEALTHY_AFTER": "1",
            "START_SECONDS": "0", "STRATEGY": strategy, "SMOKE_TESTS": "", "MAX_SMOKE_PERCENT": "0",
            "WATCH_SECONDS": "0", "EVERY_SECONDS": "1", "MAX_FAILED": "3", "MAX_ERROR_PERCENT": "",
            "DRAIN_SECONDS": "60", "PIDS": "100",
            "SITE": f"upstream instances {{ @servers@ }}\n{SERVER}",
        }  # fmt: skip
        environment = {"PATH": f"{self.folder}:{os.environ['PATH']}", "PLACE": str(self.folder), "WELL": well}
        # As over SSH: from where what it calls would read too. Drained in vain, it takes a minute.
        asked = told("service.sh", given).encode()
        return subprocess.run(["sh", "-s"], input=asked, env=environment, check=False, timeout=55).returncode

    @property
    def turns(self) -> list[dict[str, bool]]:
        """Of each reload, whom the proxy knew, and whether they got requests."""
        return [{host: not down for host, _, down in turn} for turn in self._told]

    @property
    def asked(self) -> list[set[str]]:
        """Of each reload, where requests went."""
        return [{f"{host}:{port}" for host, port, down in turn if not down} for turn in self._told]

    @property
    def _told(self) -> list[list[tuple[str, str, str]]]:
        found = sorted(self.folder.glob("site-*"), key=lambda file: int(file.name.removeprefix("site-")))
        return [re.findall(r"server (\w+):(\d+) resolve( down)?", file.read_text()) for file in found]


@pytest.fixture
def release(tmp_path: Path) -> Release:
    return Release(tmp_path)


@pytest.mark.parametrize("strategy", ["rolling", "blue-green"])
def test_whoever_is_coming_is_looked_up_before_the_first_request_is_theirs(release: Release, strategy: str) -> None:
    assert release.run(strategy) == 0

    first, *later = release.turns
    assert first == dict.fromkeys(OLD, True) | dict.fromkeys(NEW, False)
    for before, after in zip([first, *later], later, strict=False):
        assert {host for host, serves in after.items() if serves} <= before.keys()
    assert later[-1] == dict.fromkeys(NEW, True)
    assert (release.folder / "serving").read_text().split() == [NEW[0], "8080", NEW[1], "8080"]


def test_a_release_ends_when_no_earlier_worker_is_left_told_to_end_or_not(release: Release) -> None:
    assert release.run() == 0

    assert (release.folder / "looks").read_text().strip() == "0"


def test_one_that_is_taken_back_is_stopped_when_no_request_is_on_its_way_to_it(release: Release) -> None:
    assert release.run(well="sick") == 1

    assert release.turns[-1] == dict.fromkeys(OLD, True)
    assert set((release.folder / "stopped").read_text().splitlines()) == {"stop 0"}


@pytest.mark.parametrize("well", ["well", "sick"])
def test_whoever_serves_is_asked_at_its_own_port_where_the_new_version_has_another(release: Release, well: str) -> None:
    release.run(well=well, port="9000")

    old, new = {f"{it}:8080" for it in OLD}, {f"{it}:9000" for it in NEW}
    assert release.asked[0] == old
    assert set().union(*release.asked) <= old | new
    assert release.asked[-1] == (new if well == "well" else old)
    serving = (release.folder / "serving").read_text().splitlines()
    assert {line.replace(" ", ":") for line in serving} == release.asked[-1]
