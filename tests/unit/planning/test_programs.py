"""A program as `pulumi up` would run it, offline."""

import os
import sys
from pathlib import Path

import pytest

from infra_kit import naming
from infra_kit.errors import ConfigError, ProgramError
from infra_kit.planning.answers import Answers
from infra_kit.planning.programs import plan
from tests.unit.planning.conftest import MakeProject

LOCAL = "config: {infra-kit:target: local}"
AWS = "config: {infra-kit:target: aws, infra-kit:environment: production, infra-kit:region: eu-west-1}"


def test_a_program_is_planned_with_its_stacks_configuration(make_project: MakeProject) -> None:
    project = make_project(
        """
        import pulumi
        from infra_kit import Redis
        Redis("cache", memory_gb=pulumi.Config().require_int("size"))
        """,
        dev="config: {infra-kit:target: local, shop:size: 2}",
    )
    planned = plan(project, "dev")
    assert [made.name for made in planned.components] == ["cache"]
    assert planned.components[0].spec.memory_gb == 2  # type: ignore[attr-defined]
    assert plan(project, "dev", ["shop:size=3"]).components[0].spec.memory_gb == 3  # type: ignore[attr-defined]


def test_each_resource_is_known_by_the_component_that_it_is_a_part_of(make_project: MakeProject) -> None:
    project = make_project("from infra_kit import Redis\nRedis('cache', memory_gb=1)", prod=AWS)
    planned = plan(project, "prod")
    group = next(it for it in planned.resources if it.type == "aws:elasticache/replicationGroup:ReplicationGroup")
    assert planned.component_of[group.urn] == "cache"
    assert set(planned.component_of.values()) == {"cache", naming.child("aws", "network")}


def test_modules_of_the_program_make_their_resources_in_every_run(make_project: MakeProject) -> None:
    project = make_project(
        "import shop_parts",
        files={"shop_parts.py": "from infra_kit import Redis\nRedis('cache', memory_gb=1)"},
        dev=LOCAL,
    )
    assert [len(plan(project, "dev").components) for _ in range(2)] == [1, 1]
    assert "shop_parts" not in sys.modules


def test_a_program_in_a_folder_of_its_own_finds_that_folder_as_its_own(make_project: MakeProject) -> None:
    program = """
        from pathlib import Path
        from infra_kit import Redis
        Redis("cache", memory_gb=int(Path("size").read_text()))
    """
    project = make_project(
        "", settings="main: infra/", files={"infra/__main__.py": program, "infra/size": "1"}, dev=LOCAL
    )
    before, path = Path.cwd(), list(sys.path)
    assert [made.name for made in plan(project, "dev").components] == ["cache"]
    assert (Path.cwd(), sys.path) == (before, path)


def test_a_program_that_is_one_file_is_run_from_the_projects_root(make_project: MakeProject) -> None:
    program = "from infra_kit import Redis\nRedis('cache', memory_gb=1)"
    project = make_project("", settings="main: app.py", files={"app.py": program}, dev=LOCAL)
    assert len(plan(project, "dev").components) == 1


def test_a_project_without_a_program_is_told_where_one_was_looked_for(make_project: MakeProject) -> None:
    project = make_project("", settings="main: nowhere/", dev=LOCAL)
    with pytest.raises(ConfigError, match=r"main: there is no program: .*nowhere"):
        plan(project, "dev")


def test_what_a_program_prints_does_not_mix_with_the_plan(
    make_project: MakeProject, capsys: pytest.CaptureFixture[str]
) -> None:
    plan(make_project("print('hello')", dev=LOCAL), "dev")
    assert capsys.readouterr() == ("", "program: hello\n")


@pytest.mark.parametrize(
    ("program", "said", "line"),
    [
        ("import math\nmath.sqrt(-1)", "ValueError: ", 2),
        ("\nfrom infra_kit import Redis\nRedis('cache', memory_gb=-1)", "Redis 'cache': memory_gb", 3),
        ("x = 1\ny = (", "SyntaxError: ", 2),
        (
            "import pulumi\n\n\npulumi.Config().require('size')",
            'eval "$(infra-kit env)" && pulumi config set shop:size <value> --stack dev',
            4,
        ),
        ("import nothing_of_the_kind", "ModuleNotFoundError: ", 1),
        ("import sys\nsys.exit(3)", "SystemExit: 3", 2),
        ("import pulumi\npulumi.Output.from_input(1).apply(lambda it: 1 / 0)", "ZeroDivisionError: ", 2),
    ],
)
def test_a_program_that_fails_is_told_in_its_own_words_with_file_and_line(
    make_project: MakeProject, program: str, said: str, line: int
) -> None:
    project = make_project(program, dev=LOCAL)
    with pytest.raises(ProgramError) as error:
        plan(project, "dev")
    assert said in str(error.value)
    assert f"at {project.root / '__main__.py'}, line {line}" in str(error.value)
    assert "infra_kit/" not in str(error.value).replace(str(project.root), "")


RAW = """
    import pulumi
    import pulumi_aws as aws

    zones = aws.get_availability_zones(state="available")
    image = aws.ec2.get_ami(most_recent=True, owners=["amazon"])
    network = pulumi.StackReference("acme/network/production")
    bucket = aws.s3.Bucket("raw")
    aws.ec2.Instance(
        "box", ami=image.id, instance_type="t4g.small", availability_zone=zones.names[0],
        subnet_id=network.require_output("subnet"), tags={"bucket": bucket.arn.apply(lambda arn: arn + "/*")},
    )
"""


def test_raw_resources_calls_and_other_stacks_are_answered_plausibly_and_that_is_told(
    make_project: MakeProject,
) -> None:
    planned = plan(make_project(RAW, prod=AWS), "prod")
    box = planned.recording.named("box").inputs
    assert box["availabilityZone"] == "eu-west-1a"
    assert box["subnetId"] == "[acme/network/production.subnet]"
    assert box["tags"]["bucket"].endswith("/*")
    assert planned.assumed == (
        "the output 'subnet' of the stack 'acme/network/production'",
        "what aws:ec2/getAmi:getAmi answers",
        "what aws:index/getAvailabilityZones:getAvailabilityZones answers",
    )


def test_what_was_recorded_is_answered_and_not_made_up(make_project: MakeProject) -> None:
    recorded = Answers(
        calls={
            "aws:ec2/getAmi:getAmi": {"id": "ami-1"},
            "aws:index/getAvailabilityZones:getAvailabilityZones": {"names": ["eu-west-1c"]},
        },
        references={"acme/network/production": {"subnet": "subnet-1"}},
    )
    planned = plan(make_project(RAW, prod=AWS), "prod", answers=recorded)
    box = planned.recording.named("box").inputs
    assert (box["ami"], box["subnetId"], box["availabilityZone"]) == ("ami-1", "subnet-1", "eu-west-1c")
    assert planned.assumed == ()


READER = """
    import pulumi
    from infra_kit import Postgres, Worker
    shop = pulumi.StackReference("acme/shop/production")
    db = Postgres.existing("db", url=shop.require_output("database_url"))
    Worker("reports", image="registry.example/reports:1", command=["python", "-V"], links=[db.link()])
"""


def test_a_database_whose_url_another_stack_has_can_be_planned(make_project: MakeProject) -> None:
    planned = plan(make_project(READER, dev=LOCAL), "dev")
    assert {it.name for it in planned.components} == {"db", "reports"}
    assert planned.assumed == ("the output 'database_url' of the stack 'acme/shop/production'",)


BESIDE = """
    import pulumi, pulumi_aws as aws
    from infra_kit import Redis
    Redis("cache", memory_gb=1)
    far = pulumi.InvokeOptions(provider=aws.Provider("far", region="ap-south-1"))
    pulumi.export("own", aws.get_availability_zones().names[0])
    pulumi.export("far", aws.get_availability_zones(opts=far).names[0])
    pulumi.export("account", aws.get_caller_identity().account_id)
"""


def test_what_our_own_tables_answer_is_told_once_and_is_of_the_region_that_is_asked(make_project: MakeProject) -> None:
    planned = plan(make_project(BESIDE, prod=AWS), "prod")
    assert planned.recording.exports["own"] == "eu-west-1a"
    assert planned.recording.exports["far"] == "ap-south-1a"
    for function in ("getAvailabilityZones", "getCallerIdentity"):
        assert planned.assumed.count(f"what aws:index/{function}:{function} answers") == 1


def test_a_record_that_a_message_makes_up_is_told_as_made_up(make_project: MakeProject) -> None:
    program = """
        from infra_kit import Cdn, ObjectStore
        Cdn("edge", domains=["shop.example"], routes={"/*": ObjectStore("files")})
    """
    planned = plan(make_project(program, prod=AWS), "prod")
    [told] = [each for each in planned.assumed if "aws:acm/certificate:Certificate" in each]
    assert "_proof.shop.example." in told
    [note] = [note for notes in planned.recording.notes.values() for note in notes if "_proof." in note]
    assert "up to 75 minutes" in note


SECRETS = """
    import pulumi
    config = pulumi.Config()
    pulumi.export("asked", config.get_secret("url"))
    pulumi.export("url", config.require_secret("url"))
    pulumi.export("size", config.require_secret_int("size"))
    pulumi.export("set", config.require_secret("set"))
    pulumi.export("optional", config.get_secret("optional"))
"""


def test_a_secret_that_is_required_and_not_set_is_there_from_the_beginning_and_told(make_project: MakeProject) -> None:
    planned = plan(make_project(SECRETS, dev="config: {infra-kit:target: local, shop:set: given}"), "dev")
    exports = {"asked": "[secret]", "url": "[secret]", "size": 1, "set": "given"}
    assert {name: value for name, value in planned.recording.exports.items() if value is not None} == exports
    assert planned.recording.secret_exports == exports.keys()
    assert planned.assumed == (
        "the setting shop:url, which nobody has set yet",
        "the setting shop:size, which nobody has set yet",
    )


def test_the_address_of_a_database_may_be_a_secret_that_nobody_has_set(make_project: MakeProject) -> None:
    program = """
        import pulumi
        from infra_kit import Postgres
        pulumi.export("host", Postgres.existing("db", url=pulumi.Config().require_secret("url")).host)
    """
    assert plan(make_project(program, dev=LOCAL), "dev").recording.exports == {"host": "secret"}


def test_an_encrypted_number_is_a_number(make_project: MakeProject) -> None:
    program = "import pulumi\npulumi.export('size', pulumi.Config().require_secret_int('size'))"
    project = make_project(program, dev="config: {infra-kit:target: local, shop:size: {secure: v1:abc}}")
    planned = plan(project, "dev")
    assert (planned.recording.exports, planned.assumed) == ({"size": 1}, ())


def test_nothing_of_the_callers_process_is_changed(make_project: MakeProject) -> None:
    before = dict(os.environ)
    plan(make_project("", dev=LOCAL), "dev")
    assert dict(os.environ) == before
