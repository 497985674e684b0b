"""What a recorded program gets from AWS of what is not in `testing` itself: of a Mailer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def outputs(region: str, account: str) -> Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]]:
    def identity(inputs: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "arn": f"arn:aws:ses:{region}:{account}:identity/{inputs['emailIdentity']}",
            "dkimSigningAttributes": {**inputs["dkimSigningAttributes"], "tokens": ["first", "second", "third"]},
        }

    def rules(inputs: Mapping[str, Any]) -> dict[str, Any]:
        return {"arn": f"arn:aws:ses:{region}:{account}:configuration-set/{inputs['configurationSetName']}"}

    return {
        "aws:sesv2/emailIdentity:EmailIdentity": identity,
        "aws:sesv2/configurationSet:ConfigurationSet": rules,
    }
