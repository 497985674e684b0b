"""What a recorded program (`infra_kit.testing`) gets from Google Cloud: what its APIs answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

PROJECT = "recorded-project"
NUMBER = "123456789012"
REGION = "us-central1"
PASSWORD = "recorded-password"  # noqa: S105  no server has it
AUTH_STRING = "recorded-auth-string"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nrecorded\n-----END CERTIFICATE-----\n"

Inputs = Mapping[str, Any]


def _agent(inputs: Inputs) -> dict[str, str]:
    email = f"service-{NUMBER}@gcp-sa-{str(inputs['service']).partition('.')[0]}.iam.gserviceaccount.com"
    return {"email": email, "member": f"serviceAccount:{email}"}


def _named(name: str) -> Callable[[Inputs], dict[str, str]]:
    """The name that Pulumi gives where the program gives none, and the region of the provider."""
    return lambda inputs: {"name": inputs.get("name", name), "region": inputs.get("region", REGION)}


def _database_server(inputs: Inputs) -> dict[str, Any]:
    host = "10.0.128.4" if inputs.get("masterInstanceName") else "10.0.128.3"
    name = inputs.get("name", "recorded-server")
    return {
        "name": name,
        "region": inputs.get("region", REGION),
        "connectionName": f"{PROJECT}:{REGION}:{name}",
        "privateIpAddress": host,
        "firstIpAddress": host,
        "serverCaCerts": [{"cert": CERTIFICATE}],
    }


OUTPUTS = {
    "random:index/randomPassword:RandomPassword": {"result": PASSWORD},
    "gcp:projects/serviceIdentity:ServiceIdentity": _agent,
    "gcp:compute/globalAddress:GlobalAddress": _named("recorded-range"),
    "gcp:compute/subnetwork:Subnetwork": _named("recorded-subnetwork"),
    "gcp:compute/router:Router": _named("recorded-router"),
    "gcp:sql/databaseInstance:DatabaseInstance": _database_server,
    "gcp:redis/instance:Instance": {
        "host": "10.0.128.11",
        "port": 6378,
        "readEndpoint": "10.0.128.12",
        "readEndpointPort": 6378,
        "authString": AUTH_STRING,
        "serverCaCerts": [{"cert": CERTIFICATE}],
    },
}

CALLS = {
    "gcp:organizations/getClientConfig:getClientConfig": {
        "project": PROJECT,
        "region": REGION,
        "zone": f"{REGION}-a",
        "accessToken": "recorded",
        "defaultLabels": {},
        "id": "recorded",
    },
    "gcp:compute/getNetwork:getNetwork": lambda inputs: {
        "id": f"projects/{PROJECT}/global/networks/{inputs['name']}",
        "name": inputs["name"],
    },
    "gcp:storage/getProjectServiceAccount:getProjectServiceAccount": {
        "emailAddress": f"service-{NUMBER}@gs-project-accounts.iam.gserviceaccount.com",
        "member": f"serviceAccount:service-{NUMBER}@gs-project-accounts.iam.gserviceaccount.com",
        "project": PROJECT,
        "id": "recorded",
    },
}
