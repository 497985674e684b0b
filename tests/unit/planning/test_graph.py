"""What leads where in a stack."""

from infra_kit import Cdn, ExternalService, Gateway, ObjectStore, Postgres, Redis, Service, Worker
from infra_kit.planning.configuration import Configuration
from infra_kit.planning.graph import ELSEWHERE, INTERNET, Edge, Graph, graph
from infra_kit.planning.programs import Planned
from infra_kit.testing import record

AWS = {"infra-kit:target": "aws", "infra-kit:environment": "staging", "infra-kit:region": "eu-west-1"}
IMAGE = "registry.example/it:1"


def shop() -> None:
    db, files = Postgres("db", memory_gb=4, read_replicas=1), ObjectStore("files")
    cache = Redis("cache", memory_gb=1)
    api = Service("api", image=IMAGE, port=80, min_instances=2, max_instances=9, links=[db.link("read"), cache.link()])
    Worker("mails", image=IMAGE, links=[db.link()])
    gateway = Gateway("gateway", public=False, routes={"/*": api, "/v1/*": api})
    ExternalService("documents", vendor="MongoDB Atlas", plan="M10")
    Cdn("edge", routes={"/*": gateway, "/static/*": files})


def drawn() -> Graph:
    recording = record(shop, config=AWS)
    return graph(Planned(Configuration(None, "shop", AWS, frozenset()), recording, ()))  # type: ignore[arg-type]


def edges(seen: Graph) -> dict[tuple[str, str], str]:
    return {(edge.start, edge.end): edge.label for edge in seen.edges}


def test_links_lead_to_what_they_open_with_their_access() -> None:
    found = edges(drawn())
    assert found["api", "db"] == "read"
    assert found["mails", "db"] == "readwrite"
    assert ("mails", "cache") not in found


def test_routes_lead_through_the_edges_to_the_service_and_several_are_one_way() -> None:
    found = edges(drawn())
    assert found["edge", "gateway"] == "/*"
    assert found["edge", "files"] == "/static/*"
    assert found["gateway", "api"] == "/*, /v1/*"


def test_the_internet_reaches_the_outermost_edge_and_nothing_else() -> None:
    assert [edge for edge in drawn().edges if edge.start == INTERNET] == [Edge(INTERNET, "edge", "HTTPS")]


def test_each_component_says_what_it_is_where_it_is_and_how_large() -> None:
    nodes = {node.name: node for node in drawn().nodes}
    assert (nodes["db"].kind, nodes["db"].place, nodes["db"].detail) == (
        "Postgres",
        "aws (eu-west-1)",
        "4 GB, 1 replica",
    )
    assert nodes["api"].detail == "2 to 9 instances"


def test_an_external_service_is_elsewhere_and_not_in_the_target_that_it_is_billed_beside() -> None:
    seen = drawn()
    (documents,) = (node for node in seen.nodes if node.name == "documents")
    assert (documents.place, documents.detail) == (ELSEWHERE, "MongoDB Atlas M10")
    assert seen.places == ("aws (eu-west-1)", ELSEWHERE)
