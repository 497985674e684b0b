"""Panel on a VPS: what its container has, and what it has not."""

from __future__ import annotations

import base64
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pulumi
import pytest

from infra_kit import Alerts, Panel, Postgres, Redis, Secret, Service, home
from infra_kit.engine import panels
from infra_kit.errors import ToolError
from infra_kit.providers.vps import images, panel_image
from infra_kit.testing import Recording, record
from tests.unit.providers.vps.monitored import TARGET, file
from tests.unit.tunnels import state

VALUE = "hush-the-value-of-the-secret"


def panel(**asked: Any) -> Recording:
    def program() -> None:
        db = Postgres("db", target=TARGET)
        api = Service("api", target=TARGET, image="api:1.4", min_instances=2)
        watch = Alerts("alerts", target=TARGET, watch=[db], rules={})
        shown: list[Any] = [db, Redis("cache", target=TARGET), api, watch, Secret("key", target=TARGET, value=VALUE)]
        Panel("panel", target=TARGET, of=shown, **asked)

    return record(program)


def told(made: Recording) -> Any:
    return json.loads(file(made, "panel-server", "told.json"))


def networks(made: Recording) -> set[str]:
    return {it["name"] for it in made.named("panel-server").inputs["networksAdvanced"]}


def test_it_stands_among_what_measures_and_nowhere_near_the_data() -> None:
    assert networks(panel()) == {"vps-monitoring-network"}


def test_with_a_domain_the_edge_leads_there_and_its_word_on_who_asks_is_believed() -> None:
    made = panel(domains=["panel.example.com"])
    assert networks(made) == {"vps-monitoring-network", "vps-edge-network"}
    assert made.named("panel").outputs["url"] == "https://panel.example.com"
    assert told(made)["hosts"] == ["panel.example.com"]
    assert "reverse_proxy panel-server:8080" in made.named("panel-site").inputs["stdin"]
    assert told(panel())["hosts"] == []


def test_what_is_secret_is_in_a_file_of_its_container_alone() -> None:
    made = panel()
    assert json.loads(file(made, "panel-server", "credentials.json"))["key"] == {"value": VALUE}
    assert VALUE not in str(told(made))
    assert VALUE not in str(made.named("panel-server").inputs)
    assert "uploads" in made.named("panel-server-files").secret_inputs


def test_of_the_password_it_has_only_what_cannot_be_turned_back() -> None:
    made = panel()
    password = made.named("panel").outputs["password"]
    assert told(made)["hash"].startswith("$argon2id$")
    assert password not in file(made, "panel-server", "told.json")


def test_it_has_no_right_no_socket_and_no_path_of_the_hosts() -> None:
    inputs = made = panel().named("panel-server").inputs
    assert made["user"] == "10001:10001"
    assert (inputs["readOnly"], inputs["privileged"], inputs["capabilities"]["drops"]) == (True, False, ["ALL"])
    assert not any(it.get("hostPath") for it in inputs["volumes"])
    assert not inputs.get("ports")


def test_how_each_stands_is_asked_as_its_alerts_ask() -> None:
    states = told(panel())["states"]
    assert set(states) == {"db", "cache", "api", "alerts"}
    assert 'pg_up{component="db"}' in states["db"]
    assert "/ 2, 100" in states["api"]
    assert told(panel())["alerts"] == ["alerts"]


def test_the_image_is_built_of_this_package_by_digest_and_by_hashes() -> None:
    made = panel()
    built = made.named("panel-image")
    assert made.named("panel-server").inputs["image"] == built.outputs["stdout"].strip()
    with tarfile.open(fileobj=io.BytesIO(base64.b64decode(built.inputs["stdin"]))) as archive:
        names = archive.getnames()
        read = {name: (archive.extractfile(name) or io.BytesIO()).read().decode() for name in names}
    assert f"FROM {images.PYTHON.reference}\n" in read["Dockerfile"]
    assert {"panel/app.py", "panel/templates/page.html", "panel/static/panel.css"} <= set(names)
    wanted = [line for line in read["panel/container/requirements.txt"].splitlines() if "==" in line]
    assert len(wanted) > 10
    assert read["panel/container/requirements.txt"].count("--hash=sha256:") > len(wanted)


def test_the_same_package_is_the_same_image_on_every_machine() -> None:
    panel_image.archive.cache_clear()
    first = panel_image.archive()
    panel_image.archive.cache_clear()
    assert panel_image.archive() == first


def test_a_server_is_called_what_it_is() -> None:
    versions = {it["name"]: it["version"] for it in told(panel())["facts"]["parts"]}
    assert versions["cache"] == f"Valkey {images.VALKEY['8'].tag}"
    assert versions["db"].startswith("PostgreSQL 1")
    assert versions["alerts"] == "Alertmanager 0.28.1"
    assert versions["api"] == "1.4"


def test_it_is_the_same_whatever_was_planned_on_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is previewed is what is applied, here and anywhere else."""
    before = told(panel())
    monkeypatch.setattr(pulumi.runtime, "get_root_directory", lambda: str(tmp_path))
    left = home.plan_file(tmp_path, before["facts"]["stack"])
    left.parent.mkdir(parents=True)
    left.write_text('{"monthly": "12.00 USD", "unpriced": 0}')
    assert told(panel()) == before


def test_the_plan_is_brought_to_its_container_once_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ssh = tmp_path / "ssh"
    ssh.write_text(f'#!/bin/sh\necho "$@" >{tmp_path}/asked\n/bin/cat >{tmp_path}/brought\n')
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    made = panel()
    panels.bring(state(made), '{"monthly": "12.00 USD"}', print)
    command = "sh -c 'cat >/plan/plan.json.new && mv /plan/plan.json.new /plan/plan.json'"
    assert (tmp_path / "asked").read_text().endswith(f"-- docker exec -i panel-server-id {command}\n")
    assert (tmp_path / "brought").read_text() == '{"monthly": "12.00 USD"}'
    server = made.named("panel-server").inputs
    assert server["command"] == ["/run/infra-kit", "/plan/plan.json", "8080"]
    assert {"containerPath": "/plan", "readOnly": False} in server["volumes"]


def test_a_panel_that_was_never_up_is_told(tmp_path: Path) -> None:
    begun = [it for it in state(panel())["resources"] if not it["urn"].endswith("::panel-server")]
    with pytest.raises(ToolError, match="Panel 'panel': its container is not in the stack's state"):
        panels.bring({"resources": begun}, "{}", print)
