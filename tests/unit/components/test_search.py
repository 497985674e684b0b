import pulumi
import pytest

from infra_kit import Search, SearchIndex, Service, features
from infra_kit.components.search import SearchSpec
from infra_kit.errors import SpecError
from infra_kit.testing import Recording, record
from tests.unit.refusals import refusal

URL = "https://shop:p%40ss@search.vendor.example"


@pytest.mark.parametrize(("field", "value"), [("memory_gb", 0.5), ("storage_gb", 5), ("replicas", 9)])
def test_a_size_out_of_range_is_refused(field: str, value: float) -> None:
    message = refusal(lambda: Search("search", **{field: value}), SpecError)  # type: ignore[arg-type]
    assert message.startswith(f"Search 'search': {field}: at least ")


def test_high_availability_needs_a_majority_of_three_nodes() -> None:
    message = refusal(lambda: Search("search", replicas=1, high_availability=True), SpecError)
    assert "set replicas=2 or more too" in message


def test_without_replicas_none_takes_over() -> None:
    asked = SearchSpec(replicas=2, high_availability=True)
    assert asked.nodes == 3
    assert asked.without(features.READ_REPLICAS) == SearchSpec()


@pytest.mark.parametrize("name", ["Jobs", "_jobs", "jo bs", ".security", "a,b"])
def test_an_index_is_called_as_opensearch_lets_it(name: str) -> None:
    message = refusal(lambda: Search("search", indexes={name: SearchIndex()}), SpecError)
    assert "lower-case letters, digits" in message


@pytest.mark.parametrize(
    "settings", [{"number_of_shards": 2}, {"index.number_of_shards": 2}, {"index": {"number_of_replicas": 1}}]
)
def test_what_the_component_says_itself_is_refused_among_an_indexs_settings(settings: dict[str, object]) -> None:
    with pytest.raises(SpecError, match=r"settings: number_of_\w+ is said by .*; leave it out here"):
        record(lambda: Search("search", indexes={"jobs": SearchIndex(settings=settings)}))


def test_what_a_program_changes_afterwards_inside_of_a_mapping_changes_no_spec() -> None:
    given = {"properties": {"title": {"type": "text"}}}
    index = SearchIndex(mappings=given)
    given["properties"]["title"]["type"] = "keyword"
    assert index.mappings == {"properties": {"title": {"type": "text"}}}


def test_what_is_known_later_has_no_place_in_an_index() -> None:
    with pytest.raises(SpecError, match="mappings: plain JSON is needed"):
        record(lambda: Search("search", indexes={"jobs": SearchIndex(mappings={"later": pulumi.Output.from_input(1)})}))


@pytest.mark.parametrize("pattern", ["Jobs", "-jobs", "jobs,other", ""])
def test_a_link_is_narrowed_to_names_and_patterns_only(pattern: str) -> None:
    with pytest.raises(SpecError, match=r"Search 'search': link: indexes: given .*e\.g\. 'jobs-\*'"):
        record(lambda: Search("search").link("read", indexes=[pattern]))


def joined(access: str = "readwrite", **more: object) -> Recording:
    def program() -> None:
        search = Search.existing("search", url=URL)
        link = search.link(access, **more)  # type: ignore[arg-type]
        Service("api", command=["python", "app.py"], port=3000, links=[link])

    return record(program)


def test_what_stands_already_is_linked_with_its_own_user() -> None:
    found = joined()
    assert found.named("search").outputs["host"] == "search.vendor.example"
    assert found.named("search").outputs["port"] == 443  # the scheme's
    assert found.named("search").outputs["tls"] is True
    told = found.named("api-server").inputs["secrets"]
    assert told["SEARCH_URL"] == URL
    assert told["SEARCH_PASSWORD"] == "p@ss"


def test_of_what_stands_already_no_other_access_is_promised() -> None:
    for asked in ({"access": "read"}, {"indexes": ["jobs"]}):
        with pytest.raises(SpecError, match=r"Search 'search': link: access: .*a Search\.existing of its own"):
            joined(**asked)


def test_a_url_without_a_user_is_refused_and_not_shown() -> None:
    message = refusal(lambda: Search.existing("search", url="https://search.vendor.example"), SpecError)
    assert "https://user:password@host:port." in message
    assert "vendor" not in message
