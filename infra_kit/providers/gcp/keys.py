"""The component's own Cloud KMS key, where the environment asks for own keys; else Google's encryption at rest.

Google's services reach a customer's key as their own service agent, which is granted the use of this key alone
(https://cloud.google.com/sql/docs/postgres/configure-cmek, https://cloud.google.com/storage/docs/encryption/using-customer-managed-keys).
The grant stays as long as the key does: without it, what is retained cannot be read. A grant takes up to two minutes
to hold everywhere (https://cloud.google.com/iam/docs/access-change-propagation), which nobody can await: a service that
does not see it yet refuses its first `up`, and the next one goes on from there.

A key ring and a key are never deleted by Google, only the key's versions are: their names, random at the end, are used
up for good (https://cloud.google.com/kms/docs/resource-hierarchy).
"""

from __future__ import annotations

import pulumi
from pulumi_gcp import kms, organizations, projects, storage

from infra_kit.component import Scope
from infra_kit.providers.common.waiting import after
from infra_kit.providers.gcp.apis import NAMES, Api, api
from infra_kit.providers.gcp.labels import labels
from infra_kit.providers.gcp.place import project, region

ROTATION = f"{90 * 24 * 3600}s"
"""90 days, the longest that CIS Google Cloud 1.10 allows (https://www.cisecurity.org/benchmark/google_cloud_computing_platform)."""

ENCRYPTER = "roles/cloudkms.cryptoKeyEncrypterDecrypter"


def key_id(
    scope: Scope, *, service: Api, location: pulumi.Input[str] | None = None, role: str = "key"
) -> pulumi.Output[str] | None:
    """The id of the component's key, known once `service` may use it; None where the environment asks for none.

    Args:
        service: the API whose service agent encrypts with it, e.g. `sql`.
        location: where the key is: where the data is, as the service demands. Default: the region.
        role: of the key; its ring, its grant and the agent are roles that begin with it.
    """
    if not scope.defaults.own_keys:
        return None
    key = _key(scope, role, location or region(scope))
    grant = scope.resource(
        f"{role}-grant",
        kms.CryptoKeyIAMMember,
        retain_on_delete=True,
        crypto_key_id=key.id,
        role=ENCRYPTER,
        member=service_agent(scope, f"{role}-agent", service),
    )
    return after(key.id, grant)


def _key(scope: Scope, role: str, location: pulumi.Input[str]) -> kms.CryptoKey:
    needed = [api(scope, "kms")]
    ring = scope.resource(f"{role}-ring", kms.KeyRing, stateful=True, depends_on=needed, location=location)
    return scope.resource(
        role,
        kms.CryptoKey,
        stateful=True,
        # Its versions go with it, and what is left encrypted with them cannot be read any more.
        retain_on_delete=True,
        key_ring=ring.id,
        rotation_period=ROTATION,
        labels=labels(scope),
    )


def service_agent(scope: Scope, role: str, service: Api) -> pulumi.Output[str]:
    """The service agent of the project, as a member of a grant; made where Google has not made it yet."""
    needed = [api(scope, service)]
    if service == "storage":
        # Cloud Storage makes its agent when it is asked for it, and is no service of ServiceIdentity.
        options = pulumi.InvokeOutputOptions(parent=scope.parent, depends_on=needed)
        return storage.get_project_service_account_output(opts=options).member
    if service == "compute":
        # Compute Engine's is made when the API is switched on, and is no service of ServiceIdentity either
        # (https://cloud.google.com/compute/docs/access/service-accounts#compute_engine_service_agent).
        options = pulumi.InvokeOutputOptions(parent=scope.parent, depends_on=needed)
        there = organizations.get_project_output(project_id=project(scope), opts=options)
        return pulumi.Output.format("serviceAccount:service-{0}@compute-system.iam.gserviceaccount.com", there.number)
    return scope.resource(role, projects.ServiceIdentity, depends_on=needed, service=NAMES[service]).member
