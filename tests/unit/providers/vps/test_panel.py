"""Panel on a VPS: what its container has, and what it has not."""

from __future__ import annotations

import base64
import io
import json
import tarfile
from typing import Any

from infra_kit import Alerts, Panel, Postgres, Redis, Secret, Service
from infra_kit.providers.vps import images, panel_image
from infra_kit.testing import Recording, record
from tests.unit.providers.vps.monitored import TARGET, file

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
