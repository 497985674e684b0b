"""What OpenSearch Service has no API for: a domain's indexes, and the users of its endpoint and of links.

A Lambda function makes them from inside of the network (`common/opensearch_setup.py`), whenever what it is told
changes. It needs no way out of the network, and imports nothing that Python does not have; what it is told is a secret
of Pulumi's state.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pulumi
from pulumi_aws import lambda_, opensearch

from infra_kit.component import Scope
from infra_kit.components.search import SearchSpec
from infra_kit.providers.aws import lambdas, network_functions
from infra_kit.providers.aws.documents import dumps
from infra_kit.providers.aws.network_functions import Inside
from infra_kit.providers.common import opensearch_setup, opensearch_users, packed
from infra_kit.providers.common.gathered import Gathered
from infra_kit.providers.common.opensearch_users import User

PORT = 443


def run(
    scope: Scope,
    spec: SearchSpec,
    domain: opensearch.Domain,
    *,
    inside: Inside,
    after: Sequence[pulumi.Resource],
    master: pulumi.Output[str],
    users: Gathered[User],
) -> lambda_.Invocation:
    """Has the domain set up, from `inside` once what it needs stands (`after`). What needs the users or the
    indexes waits for it."""
    does = "Makes the indexes and users of Search"
    function = network_functions.create(scope, "setup", "search_setup", does, inside, code=_code())
    wanted = dumps({"host": domain.endpoint, **opensearch_users.told(spec, master, users)})
    return scope.resource(
        "setup-run",
        lambda_.Invocation,
        function_name=function.name,
        input=pulumi.Output.secret(wanted),
        triggers={"code": function.code_sha256},
        depends_on=after,
    )


def _code() -> pulumi.AssetArchive:
    own = {"search_setup.py": Path(lambdas.__path__[0]) / "search_setup.py"}
    files = {**own, **packed.modules(opensearch_setup)}
    return pulumi.AssetArchive({name: pulumi.FileAsset(str(path)) for name, path in files.items()})
