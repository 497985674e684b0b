"""What a recorded program gets from AWS of what is not in `testing` itself: of a Mailer, of an Auth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def outputs(region: str, account: str) -> Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]]:
    def identity(inputs: Mapping[str, Any]) -> dict[str, Any]:
        said = inputs.get("dkimSigningAttributes")  # a plan may hold a text for it
        return {
            "arn": f"arn:aws:ses:{region}:{account}:identity/{inputs.get('emailIdentity')}",
            "dkimSigningAttributes": {
                **(said if isinstance(said, Mapping) else {}),
                "tokens": ["first", "second", "third"],
            },
        }

    def rules(inputs: Mapping[str, Any]) -> dict[str, Any]:
        return {"arn": f"arn:aws:ses:{region}:{account}:configuration-set/{inputs.get('configurationSetName')}"}

    def pool(inputs: Mapping[str, Any]) -> dict[str, Any]:
        id_ = f"{region}_{inputs['urn'].rpartition('::')[2]}"
        arn = f"arn:aws:cognito-idp:{region}:{account}:userpool/{id_}"
        return {"arn": arn, "endpoint": f"cognito-idp.{region}.amazonaws.com/{id_}"}

    def client(inputs: Mapping[str, Any]) -> dict[str, Any]:
        secret = f"recorded-secret-of-{inputs['urn'].rpartition('::')[2]}"
        return {"clientSecret": secret if inputs.get("generateSecret") else ""}

    return {
        "aws:cognito/userPool:UserPool": pool,
        "aws:cognito/userPoolClient:UserPoolClient": client,
        "aws:sesv2/emailIdentity:EmailIdentity": identity,
        "aws:sesv2/configurationSet:ConfigurationSet": rules,
    }
