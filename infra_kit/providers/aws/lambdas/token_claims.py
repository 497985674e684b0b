"""A Lambda function: what Cognito's tokens say beside what they say by themselves. An access token says for whom it is
(`aud`: the client, which is the only one that Cognito takes), and both say the groups that somebody is in (`groups`),
but for those that Cognito makes itself, `<pool>_Google` of who comes by Google.
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html (V2_0)
"""

from __future__ import annotations

from typing import Any


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001  Lambda gives both
    there = event["request"]["groupConfiguration"].get("groupsToOverride") or []
    groups = {"groups": [it for it in there if not it.startswith(f"{event['userPoolId']}_")]}
    event["response"]["claimsAndScopeOverrideDetails"] = {
        "accessTokenGeneration": {
            "claimsToAddOrOverride": {**groups, "aud": event["callerContext"]["clientId"]},
        },
        "idTokenGeneration": {"claimsToAddOrOverride": groups},
    }
    return event
