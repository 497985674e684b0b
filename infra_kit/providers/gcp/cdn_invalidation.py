"""An invalidation as a resource: a new release makes everything that is kept out of date.

Neither Google's API nor its provider knows one as a thing that is there; the API has the act alone
(https://cloud.google.com/compute/docs/reference/rest/v1/urlMaps/invalidateCache). It is asked as whoever runs the
deployment, with the token of the component's own provider.
"""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi.dynamic import Resource
from pulumi_gcp import compute, organizations

from infra_kit._dynamic import Provider
from infra_kit.component import Scope


class CdnInvalidation(Resource, module="infra-kit-gcp", name="CdnInvalidation"):
    """Its type token stands in every state file: never rename it."""

    def __init__(self, resource_name: str, *, opts: pulumi.ResourceOptions, **props: Any) -> None:
        super().__init__(Provider(), resource_name, props, opts)


def invalidate(scope: Scope, routes: compute.URLMap, release: str) -> None:
    client = organizations.get_client_config_output(opts=scope.invoke)
    scope.resource(
        "release",
        CdnInvalidation,
        kind="gcp/cdn",
        url_map=routes.id,
        release=release,
        token=pulumi.Output.secret(client.access_token),
    )
