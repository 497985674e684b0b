"""What an OpenSearch is told, by each of the three that tell it: the local provider, the function or job of a cloud,
the script in a container of a VPS. A stand-in answers; the real one is tried on the local target."""

from __future__ import annotations

import http.client
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from infra_kit import SearchIndex
from infra_kit.components.search import SearchSpec
from infra_kit.errors import ServerError
from infra_kit.providers.common import opensearch, opensearch_setup
from infra_kit.providers.common.opensearch import Call
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.servers import search
from infra_kit.providers.vps.search import told_calls
from tests.unit.providers.opensearches import PASSWORD, USER, OpenSearch, standing

Tell = Callable[[Sequence[Call]], None]
TITLE = {"properties": {"title": {"type": "text"}}}
CITY = {"properties": {**TITLE["properties"], "city": {"type": "keyword"}}}


def calls(**indexes: SearchIndex) -> list[Call]:
    return opensearch.indexes(SearchSpec(indexes=indexes))


@pytest.fixture
def there() -> Iterator[OpenSearch]:
    with standing() as it:
        yield it


def by_local(there: OpenSearch, tmp_path: Path) -> Tell:
    box = Box(tmp_path, "test", "search")
    box.path.mkdir(parents=True)
    box.save(Record(kind="local/search", ports=[there.port], secrets={"admin": PASSWORD}))
    return lambda told: search.tell(box, told)


def by_function(there: OpenSearch, tmp_path: Path) -> Tell:
    def tell(told: Sequence[Call]) -> None:
        users = [call.path.rpartition("/")[2] for call in told if "/internalusers/" in call.path]
        domain = http.client.HTTPConnection("127.0.0.1", there.port)
        try:
            opensearch_setup.settle(event(told, users), domain)
        finally:
            domain.close()

    return tell


def event(told: Sequence[Call], users: Sequence[str]) -> dict[str, Any]:
    common = {"mark": opensearch.MARK, "security": opensearch.SECURITY, "users": list(users)}
    return {"username": USER, "password": PASSWORD, "calls": [asdict(call) for call in told], **common}


def by_script(there: OpenSearch, tmp_path: Path) -> Tell:
    login = tmp_path / "login"
    login.write_text(f'user = "{USER}:{PASSWORD}"\n')

    def tell(told: Sequence[Call]) -> None:
        text = told_calls(told).replace("/run/infra-kit/login", str(login)).replace(":9200", f":{there.port}")
        done = subprocess.run(["sh", "-s"], input=text, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ServerError(done.stderr)

    return tell


each_teller = pytest.mark.parametrize("teller", [by_local, by_function, by_script])
REFUSED = (ServerError, opensearch_setup.SetupError)


@each_teller
def test_an_index_is_made_once_and_gets_new_fields_afterwards(
    teller: Callable[..., Tell], there: OpenSearch, tmp_path: Path
) -> None:
    tell = teller(there, tmp_path)
    tell(calls(jobs=SearchIndex(mappings=TITLE)))
    tell(calls(jobs=SearchIndex(mappings=CITY)))
    assert there.indexes["jobs"]["settings"] == {"number_of_shards": 1, "number_of_replicas": 0}
    assert there.indexes["jobs"]["mappings"]["properties"] == CITY["properties"]


@each_teller
def test_settings_that_an_index_keeps_are_refused_with_the_way_out_and_nothing_changes(
    teller: Callable[..., Tell], there: OpenSearch, tmp_path: Path
) -> None:
    tell = teller(there, tmp_path)
    tell(calls(jobs=SearchIndex(mappings=TITLE)))
    with pytest.raises(REFUSED, match=r"indexes\.jobs: its settings or shards .* jobs-2.*Nothing was changed"):
        tell(calls(jobs=SearchIndex(mappings=CITY, shards=2)))
    assert there.indexes["jobs"]["mappings"]["properties"] == TITLE["properties"]


@each_teller
def test_an_index_that_somebody_else_made_is_taken_as_it_is(
    teller: Callable[..., Tell], there: OpenSearch, tmp_path: Path
) -> None:
    there.indexes["jobs"] = {"settings": {"number_of_shards": 5}, "mappings": TITLE}
    teller(there, tmp_path)(calls(jobs=SearchIndex(mappings=CITY)))
    assert there.indexes["jobs"]["settings"] == {"number_of_shards": 5}
    assert there.indexes["jobs"]["mappings"]["properties"] == CITY["properties"]


@each_teller
def test_what_opensearch_refuses_fails_with_its_own_words(
    teller: Callable[..., Tell], there: OpenSearch, tmp_path: Path
) -> None:
    tell = teller(there, tmp_path)
    tell(calls(jobs=SearchIndex(mappings=TITLE)))
    with pytest.raises(REFUSED, match=r"PUT /jobs/_mapping was refused: .*illegal_argument_exception"):
        tell(calls(jobs=SearchIndex(mappings={"properties": {"pay": {"type": "broken"}}})))


@each_teller
def test_a_user_has_a_role_of_its_own_with_its_indexes_only(
    teller: Callable[..., Tell], there: OpenSearch, tmp_path: Path
) -> None:
    password = 'it\'s "so" $HOME'
    teller(there, tmp_path)(opensearch.user("api__search", password, "read", ["jobs-*"]))
    role = there.kept[f"{opensearch.SECURITY}/roles/api__search"]
    assert role["index_permissions"][0]["index_patterns"] == ["jobs-*"]
    assert "crud" not in role["index_permissions"][0]["allowed_actions"]
    user = there.kept[f"{opensearch.SECURITY}/internalusers/api__search"]
    assert (user["password"], user["opendistro_security_roles"]) == (password, ["api__search"])


@pytest.mark.parametrize("teller", [by_local, by_script])
def test_a_user_that_is_gone_already_can_go_again(
    teller: Callable[..., Tell], there: OpenSearch, tmp_path: Path
) -> None:
    tell = teller(there, tmp_path)
    tell(opensearch.user("api__search", "secret", "read", ()))
    for _ in range(2):
        tell(opensearch.gone("api__search"))
    assert there.kept == {}


def test_the_function_takes_away_whom_no_link_has_any_more_and_nobody_elses_user(there: OpenSearch) -> None:
    there.kept[f"{opensearch.SECURITY}/internalusers/kibanaserver"] = {"attributes": {}}
    tell = by_function(there, Path())
    told = [*opensearch.user("app", "one", "app", ()), *opensearch.user("api__search", "two", "read", ())]
    tell(told)
    tell(opensearch.user("app", "one", "app", ()))
    users = [path.rpartition("/")[2] for path in there.kept if "/internalusers/" in path]
    assert users == ["kibanaserver", "app"]
    assert f"{opensearch.SECURITY}/roles/api__search" not in there.kept


def test_a_user_who_could_not_be_taken_away_is_told(there: OpenSearch) -> None:
    tell = by_function(there, Path())
    tell(opensearch.user("api__search", "secret", "read", ()))
    there.refuses = "DELETE"
    with pytest.raises(opensearch_setup.SetupError, match="api__search could not be taken away from internalusers"):
        tell(opensearch.user("app", "one", "app", ()))


def test_each_access_may_more_than_the_one_before() -> None:
    assert set(opensearch.READING) < set(opensearch.WRITING)
    assert opensearch.RIGHTS["owner"][1] == ("indices_all",)
    assert all("*" not in rights[0] for rights in opensearch.RIGHTS.values())


@pytest.mark.parametrize(("memory_gb", "heap"), [(1, 512), (4, 2048), (128, 31 * 1024)])
def test_half_of_the_memory_is_the_heap_and_no_more_than_java_uses_well(memory_gb: float, heap: int) -> None:
    assert opensearch.heap_mb(memory_gb) == heap
