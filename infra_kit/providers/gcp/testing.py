"""What a recorded program (`infra_kit.testing`) gets from Google Cloud: what its APIs answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PROJECT = "recorded-project"
NUMBER = "123456789012"
REGION = "us-central1"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nrecorded\n-----END CERTIFICATE-----\n"


def agent(inputs: Mapping[str, Any]) -> dict[str, str]:
    email = f"service-{NUMBER}@gcp-sa-{str(inputs['service']).partition('.')[0]}.iam.gserviceaccount.com"
    return {"email": email, "member": f"serviceAccount:{email}"}


OUTPUTS = {
    "gcp:projects/serviceIdentity:ServiceIdentity": agent,
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
    "gcp:storage/getProjectServiceAccount:getProjectServiceAccount": {
        "emailAddress": f"service-{NUMBER}@gs-project-accounts.iam.gserviceaccount.com",
        "member": f"serviceAccount:service-{NUMBER}@gs-project-accounts.iam.gserviceaccount.com",
        "project": PROJECT,
        "id": "recorded",
    },
}
