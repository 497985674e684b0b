"""Service accounts: what a component acts as in Google Cloud, and what holds the keys that its endpoint gives away."""

from __future__ import annotations

import pulumi_random as random
from pulumi_gcp import serviceaccount

from infra_kit.component import Scope
from infra_kit.providers.gcp.apis import api

MAX_LENGTH = 30
"""Characters of an account's id (https://cloud.google.com/iam/docs/service-accounts-create)."""
SUFFIX_BYTES = 3


def service_account(scope: Scope, role: str, description: str) -> serviceaccount.Account:
    """A child `role`: an account that may do nothing yet.

    Its id has room for the component's name, but not for Pulumi's: the name is cut, and `<role>-id` ends it by chance,
    so that two stacks of a project never meet.
    """
    prefix = scope.name[: MAX_LENGTH - 2 * SUFFIX_BYTES - 1].rstrip("-")
    name = scope.resource(
        f"{role}-id",
        random.RandomId,
        byte_length=SUFFIX_BYTES,
        prefix=f"{prefix}-",
        ignore_changes=["prefix"],  # a component that is renamed keeps its account, and the keys that it gave away
    )
    return scope.resource(
        role,
        serviceaccount.Account,
        depends_on=[api(scope, "iam")],
        account_id=name.hex,
        display_name=f"{scope.target.app} {scope.name}"[:100],
        description=f"{description} ({scope.target.app}, {scope.environment}; made by infra-kit)"[:256],
    )
