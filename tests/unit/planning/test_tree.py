"""The resources of a plan as a tree."""

from infra_kit.planning.overview import overview
from infra_kit.planning.programs import plan
from infra_kit.planning.tree import Node, tree
from tests.unit.planning.conftest import MakeProject

AWS = "config: {infra-kit:target: aws, infra-kit:environment: production, infra-kit:region: eu-west-1}"
PROGRAM = """
    import pulumi
    from pulumi_aws import s3, sqs
    from infra_kit import Postgres, Secret

    class Shop(pulumi.ComponentResource):
        def __init__(self):
            super().__init__("acme:index:Shop", "shop", None)
            here = pulumi.ResourceOptions(parent=self)
            Postgres("db", memory_gb=2, opts=here)
            sqs.Queue("orders", opts=here)

    sqs.Queue("letters")
    bucket = s3.Bucket("files")
    s3.BucketVersioning("files-versioning", bucket=bucket.id, versioning_configuration={"status": "Enabled"},
                        opts=pulumi.ResourceOptions(parent=bucket))
    Secret("key")
    Shop()
"""


def flat(nodes: tuple[Node, ...]) -> list[Node]:
    return [found for node in nodes for found in (node, *flat(node.resources))]


def below(nodes: tuple[Node, ...], name: str) -> list[str]:
    [node] = [node for node in flat(nodes) if node.name == name and node.resources]
    return [child.name for child in node.resources]


def test_every_resource_stands_once_below_the_one_that_holds_it(make_project: MakeProject) -> None:
    planned = plan(make_project(PROGRAM, production=AWS), "production")
    found = tree(planned)
    assert sorted(node.name for node in flat(found)) == sorted(resource.name for resource in planned.resources)
    assert below(found, "shop") == ["db", "orders"]
    assert {"db-server", "db-subnets"} <= set(below(found, "db"))
    assert below(found, "files") == ["files-versioning"]
    assert {"letters", "key", "shop"} <= {node.name for node in found}
    assert not {"db", "orders"} & {node.name for node in found}


def test_components_come_first_in_the_order_of_the_program(make_project: MakeProject) -> None:
    two = "from pulumi_aws import sqs\nfrom infra_kit import Secret\nsqs.Queue('a')\nSecret('z')\nSecret('b')\n"
    found = tree(plan(make_project(two, production=AWS), "production"))
    assert [node.name for node in found if node.component] == ["z", "b"]
    assert [node.component for node in found] == sorted((node.component for node in found), reverse=True)


def test_the_plan_counts_what_its_tree_names(make_project: MakeProject) -> None:
    seen = overview(plan(make_project(PROGRAM, production=AWS), "production"))
    assert seen.size == sum(not node.component for node in flat(seen.tree))
