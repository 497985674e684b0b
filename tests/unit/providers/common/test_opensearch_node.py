"""How a container of OpenSearch starts: its script run as it is, in the place of the image's a folder that looks so."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from infra_kit.providers.common import opensearch_node

PROGRAMS = {
    "bin/opensearch": 'echo "$OPENSEARCH_JAVA_OPTS" >"$OPENSEARCH_PATH_CONF/started"',
    "jdk/bin/keytool": ":",
}
OPTIONS = "-Xms1g\n-Xmx1g\n-XX:ErrorFile=logs/x\n9-:-Xlog:gc*:file=logs/gc.log\n-XX:+UseG1GC\n"


def start(folder: Path, files: dict[str, str]) -> Path:
    """Its configuration, as the server finds it."""
    for name, text in {
        **{f"home/{name}": f"#!/bin/sh\n{text}\n" for name, text in PROGRAMS.items()},
        "home/config/jvm.options": OPTIONS,
        "home/config/opensearch.yml": "of the image\n",
        "home/config/opensearch-security/roles.yml": "of the plugin\n",
        **{f"given/{name}": text for name, text in files.items()},
    }.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(0o755)
    places = {"/usr/share/opensearch": "home", "/run/opensearch": "conf", "/run/infra-kit": "given"}
    text = opensearch_node.files()[opensearch_node.START]
    for path, here in places.items():
        text = text.replace(path, str(folder / here))
    subprocess.run(["sh", "-s"], input=text, env={"HEAP_MB": "512", "PATH": "/usr/bin:/bin"}, text=True, check=True)
    return folder / "conf"


@pytest.mark.parametrize("pem", [{}, {"server.pem": "certificate", "server-key.pem": "key", "ca.pem": "authority"}])
def test_it_starts_with_what_it_is_given_over_the_images_own_and_nobody_else_may_read_it(
    pem: dict[str, str], tmp_path: Path
) -> None:
    own = {**opensearch_node.files(tls=bool(pem)), "internal_users.yml": "{}", **pem}
    conf = start(tmp_path, own)
    assert (conf / "opensearch.yml").read_text().startswith(own["opensearch.yml"])
    assert (conf / "opensearch-security" / "internal_users.yml").read_text() == "{}"
    assert (conf / "opensearch-security" / "roles.yml").read_text() == "of the plugin\n"
    assert {file.name for file in conf.glob("*.pem")} == pem.keys()
    assert all(file.stat().st_mode & 0o077 == 0 for file in conf.rglob("*") if file.name != "started")


def test_its_heap_is_ours_to_say_and_no_log_goes_to_a_folder_that_is_not_there(tmp_path: Path) -> None:
    conf = start(tmp_path, {**opensearch_node.files(), "internal_users.yml": "{}"})
    assert (conf / "jvm.options").read_text() == "-XX:+UseG1GC\n"
    assert (conf / "started").read_text() == "-Xms512m -Xmx512m\n"


@pytest.mark.parametrize("tls", [False, True])
def test_it_speaks_tls_where_it_is_asked_to(*, tls: bool) -> None:
    lines = (line.split(": ", 1) for line in opensearch_node.settings(tls=tls).splitlines())
    known = {key: json.loads(value) for key, value in lines}
    assert known["plugins.security.ssl.http.enabled"] is tls
    assert known.get("plugins.security.ssl.http.pemkey_filepath") == ("server-key.pem" if tls else None)
