"""Programs with assets: read where they are files, as the engine reads them; never loaded from elsewhere."""

import pytest

from infra_kit.errors import ProgramError
from infra_kit.planning.programs import plan
from tests.unit.planning.conftest import MakeProject

AWS = "config: {infra-kit:target: aws, infra-kit:environment: production, infra-kit:region: eu-west-1}"
PROGRAM = """
    import pulumi
    import pulumi_aws as aws

    bucket = aws.s3.Bucket("raw")
    sources = {
        "page": pulumi.FileAsset("site/index.html"),
        "text": pulumi.StringAsset("hello"),
        "logo": pulumi.RemoteAsset("https://nowhere.invalid/logo.png"),
        "kept": pulumi.Output.secret(pulumi.FileAsset("site/index.html")),
    }
    for name, source in sources.items():
        aws.s3.BucketObjectv2(name, bucket=bucket.id, source=source)
    code = {"site": pulumi.FileArchive("site"), "more": pulumi.RemoteArchive("https://nowhere.invalid/more.zip")}
    aws.lambda_.Function("run", role="arn:aws:iam::1:role/run", handler="run.main", runtime="python3.13",
        code=pulumi.AssetArchive({**code, "run.py": pulumi.StringAsset("def main(*_): pass")}))
"""
ONE = """
    import pulumi
    import pulumi_aws as aws

    aws.lambda_.Function("run", role="arn:aws:iam::1:role/run", handler="run.main", runtime="python3.13", code={code})
"""
NO_FILE = "failed to open asset file '{root}/none.py': open {root}/none.py: no such file or directory"
NO_FOLDER = "couldn't read archive path '{root}/none': stat {root}/none: no such file or directory"


def test_a_program_with_assets_of_every_kind_is_planned_offline(make_project: MakeProject) -> None:
    planned = plan(make_project(PROGRAM, files={"site/index.html": "<p>hello"}, prod=AWS), "prod")
    made = {
        it.name
        for it in planned.resources
        if it.type in {"aws:s3/bucketObjectv2:BucketObjectv2", "aws:lambda/function:Function"}
    }
    assert made == {"page", "text", "logo", "kept", "run"}


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "pulumi.FileAsset('none.py')",
            f'asset hash for "code": {NO_FILE}',
        ),
        (
            "pulumi.FileAsset('site')",
            "asset hash for \"code\": asset path '{root}/site' is a directory; try using an archive",
        ),
        (
            "pulumi.FileArchive('none')",
            f'archive hash for "code": {NO_FOLDER}',
        ),
        ("pulumi.FileArchive('none.zip')", 'archive hash for "code": open {root}/none.zip: no such file or directory'),
        (
            "pulumi.FileArchive('__main__.py')",
            "archive hash for \"code\": '{root}/__main__.py' is neither a recognized archive type nor a directory",
        ),
        (
            "pulumi.AssetArchive({'run.py': pulumi.FileAsset('none.py')})",
            f'asset hash for "run.py": {NO_FILE}',
        ),
        (
            "pulumi.Output.secret(pulumi.FileAsset('none.py'))",
            f'asset hash for "code": {NO_FILE}',
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_told_with_its_resource_in_the_engines_words(
    make_project: MakeProject, code: str, said: str
) -> None:
    project = make_project(ONE.replace("{code}", code), files={"site/index.html": "<p>hello"}, prod=AWS)
    with pytest.raises(ProgramError) as error:
        plan(project, "prod")
    assert str(error.value) == f"run (aws:lambda/function:Function): failed to compute {said.format(root=project.root)}"
