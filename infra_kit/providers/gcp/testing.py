"""What a recorded program (`infra_kit.testing`) gets from Google Cloud: what its APIs answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from infra_kit.providers.common.sizes import Size
from infra_kit.providers.gcp import sizes

PROJECT = "recorded-project"
NUMBER = "123456789012"
REGION = "us-central1"
AUTH_STRING = "recorded-auth-string"
NAME_SERVERS = ["ns-cloud-a1.googledomains.com.", "ns-cloud-a2.googledomains.com."]
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nrecorded\n-----END CERTIFICATE-----\n"

Inputs = Mapping[str, Any]


def _agent(inputs: Inputs) -> dict[str, str]:
    email = f"service-{NUMBER}@gcp-sa-{str(inputs['service']).partition('.')[0]}.iam.gserviceaccount.com"
    return {"email": email, "member": f"serviceAccount:{email}"}


def _named(name: str) -> Callable[[Inputs], dict[str, str]]:
    """The name that Pulumi gives where the program gives none."""
    return lambda inputs: {"name": inputs.get("name", name)}


def _database_server(inputs: Inputs) -> dict[str, Any]:
    host = "10.0.128.4" if inputs.get("masterInstanceName") else "10.0.128.3"
    name = inputs.get("name", "recorded-server")
    return {
        "name": name,
        "privateIpAddress": host,
        "firstIpAddress": host,
        "serverCaCerts": [{"cert": CERTIFICATE}],
        "serviceAccountEmailAddress": f"p{NUMBER}-1a2b3c@gcp-sa-cloud-sql.iam.gserviceaccount.com",
    }


def _account(inputs: Inputs) -> dict[str, str]:
    email = f"{inputs['accountId']}@{PROJECT}.iam.gserviceaccount.com"
    return {"email": email, "member": f"serviceAccount:{email}", "name": f"projects/{PROJECT}/serviceAccounts/{email}"}


def _service(inputs: Inputs) -> dict[str, str]:
    name = inputs.get("name", "recorded-service")
    return {"name": name, "uri": f"https://{name}-{NUMBER}.{REGION}.run.app"}


def _authorization(inputs: Inputs) -> dict[str, Any]:
    record = {
        "name": f"_acme-challenge.{inputs['domain']}.",
        "type": "CNAME",
        "data": "recorded.authorize.certificatemanager.goog.",
    }
    return {"dnsResourceRecords": [record]}


OUTPUTS = {
    "gcp:billing/budget:Budget": {"name": "billingAccounts/012345-6789AB-CDEF01/budgets/recorded"},
    "gcp:certificatemanager/dnsAuthorization:DnsAuthorization": _authorization,
    "gcp:cloudrunv2/job:Job": lambda inputs: {"name": inputs.get("name", "recorded-job"), "uid": "recorded-uid"},
    "gcp:cloudrunv2/service:Service": _service,
    "gcp:cloudrunv2/workerPool:WorkerPool": _named("recorded-pool"),
    "gcp:dns/managedZone:ManagedZone": {"name": "recorded-zone", "nameServers": NAME_SERVERS},
    "gcp:logging/metric:Metric": _named("recorded-metric"),
    "gcp:logging/projectSink:ProjectSink": {"writerIdentity": f"serviceAccount:service-{NUMBER}@gcp-sa-logging.iam"},
    "gcp:monitoring/notificationChannel:NotificationChannel": {"name": f"projects/{PROJECT}/notificationChannels/1"},
    "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig": lambda inputs: {
        "uptimeCheckId": f"{inputs['urn'].rpartition('::')[2]}-1a2b3c4"
    },
    "gcp:parametermanager/regionalParameterVersion:RegionalParameterVersion": lambda inputs: {
        "name": f"{inputs['parameter']}/versions/{inputs['parameterVersionId']}"
    },
    "gcp:projects/iAMCustomRole:IAMCustomRole": lambda inputs: {"name": f"projects/{PROJECT}/roles/{inputs['roleId']}"},
    "gcp:secretmanager/secretVersion:SecretVersion": {"version": "1"},
    "gcp:projects/serviceIdentity:ServiceIdentity": _agent,
    "gcp:pubsub/topic:Topic": _named("recorded-topic"),
    "gcp:pubsub/subscription:Subscription": _named("recorded-subscription"),
    "gcp:serviceaccount/account:Account": _account,
    "gcp:serviceaccount/key:Key": {"privateKey": "recorded-private-key"},
    "gcp:storage/bucket:Bucket": _named("recorded-bucket"),
    "gcp:storage/transferJob:TransferJob": {"name": "transferJobs/1234567890"},
    "gcp:storage/hmacKey:HmacKey": {"accessId": "GOOG1RECORDED", "secret": "recorded-hmac-secret"},
    "gcp:compute/globalAddress:GlobalAddress": {"name": "recorded-range", "address": "203.0.113.10"},
    "gcp:compute/address:Address": lambda inputs: {"address": f"10.0.0.{ord(inputs['urn'][-1])}"},
    "gcp:compute/instance:Instance": lambda inputs: {"instanceId": f"{inputs['urn'].rpartition('::')[2]}-number"},
    "gcp:compute/disk:Disk": lambda inputs: {
        "name": inputs.get("name", "recorded-disk"),
        "diskId": f"{inputs['urn'].rpartition('::')[2]}-number",
    },
    "gcp:compute/resourcePolicy:ResourcePolicy": _named("recorded-snapshots"),
    "gcp:compute/backendService:BackendService": _named("recorded-backend"),
    "gcp:compute/uRLMap:URLMap": _named("recorded-routes"),
    "gcp:compute/router:Router": _named("recorded-router"),
    "gcp:sql/databaseInstance:DatabaseInstance": _database_server,
    "gcp:redis/instance:Instance": {
        "name": "recorded-cache",
        "host": "10.0.128.11",
        "port": 6378,
        "readEndpoint": "10.0.128.12",
        "readEndpointPort": 6378,
        "authString": AUTH_STRING,
        "persistenceIamIdentity": f"serviceAccount:service-{NUMBER}@cloud-redis.iam.gserviceaccount.com",
        "serverCaCerts": [{"cert": CERTIFICATE}],
    },
}

CALLS = {
    "gcp:organizations/getClientConfig:getClientConfig": lambda inputs: {
        "project": PROJECT,
        "region": inputs.get("region", REGION),
        "zone": f"{inputs.get('region', REGION)}-a",
        "accessToken": "recorded",
        "defaultLabels": {},
        "id": "recorded",
    },
    "gcp:dns/getManagedZone:getManagedZone": lambda inputs: {
        "name": inputs["name"],
        "dnsName": "example.com.",
        "nameServers": NAME_SERVERS,
    },
    "gcp:compute/getNetwork:getNetwork": lambda inputs: {
        "id": f"projects/{PROJECT}/global/networks/{inputs['name']}",
        "name": inputs["name"],
    },
    "gcp:compute/getZones:getZones": lambda inputs: {
        "names": [f"{inputs.get('region', REGION)}-{letter}" for letter in "bcd"],
        "id": f"projects/{PROJECT}/regions/{inputs.get('region', REGION)}",
    },
    "gcp:organizations/getProject:getProject": {"number": NUMBER, "projectId": PROJECT, "id": f"projects/{PROJECT}"},
    "gcp:storage/getTransferProjectServiceAccount:getTransferProjectServiceAccount": {
        "email": f"project-{NUMBER}@storage-transfer-service.iam.gserviceaccount.com",
        "member": f"serviceAccount:project-{NUMBER}@storage-transfer-service.iam.gserviceaccount.com",
        "project": PROJECT,
        "id": "recorded",
    },
    "gcp:storage/getProjectServiceAccount:getProjectServiceAccount": {
        "emailAddress": f"service-{NUMBER}@gs-project-accounts.iam.gserviceaccount.com",
        "member": f"serviceAccount:service-{NUMBER}@gs-project-accounts.iam.gserviceaccount.com",
        "project": PROJECT,
        "id": "recorded",
    },
}


def _everyone(inputs: Mapping[str, Any]) -> bool:
    return inputs.get("member") in ("allUsers", "allAuthenticatedUsers")


def _lets_everyone_in(inputs: Mapping[str, Any]) -> bool:
    return bool(inputs.get("allows")) and "0.0.0.0/0" in inputs.get("sourceRanges", ())


def _has_address(inputs: Mapping[str, Any]) -> bool:
    return inputs.get("settings", {}).get("ipConfiguration", {}).get("ipv4Enabled", True) is not False


OPEN: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "gcp:cloudrunv2/jobIamMember:JobIamMember": _everyone,
    # What lets a load balancer in stands behind a gateway, which is the edge.
    "gcp:cloudrunv2/service:Service": lambda inputs: inputs.get("ingress") in (None, "INGRESS_TRAFFIC_ALL"),
    "gcp:cloudrunv2/serviceIamMember:ServiceIamMember": _everyone,
    "gcp:compute/firewall:Firewall": _lets_everyone_in,
    "gcp:compute/globalForwardingRule:GlobalForwardingRule": (
        lambda inputs: inputs.get("loadBalancingScheme", "EXTERNAL").startswith("EXTERNAL")
    ),
    "gcp:pubsub/subscriptionIAMMember:SubscriptionIAMMember": _everyone,
    "gcp:pubsub/topicIAMMember:TopicIAMMember": _everyone,
    "gcp:sql/databaseInstance:DatabaseInstance": _has_address,
    "gcp:storage/bucket:Bucket": lambda inputs: inputs.get("publicAccessPrevention") != "enforced",
    "gcp:secretmanager/secretIamMember:SecretIamMember": _everyone,
    "gcp:storage/bucketIAMMember:BucketIAMMember": _everyone,
}
"""By type, whether what has these inputs is open to the internet."""


def _much(inputs: Mapping[str, Any]) -> bool:
    """To everybody, or a role that may do nearly everything."""
    role = str(inputs.get("role"))
    return _everyone(inputs) or role.endswith("dmin") or role in ("roles/editor", "roles/owner", "roles/viewer")


def _always(_: Mapping[str, Any]) -> bool:
    return True


BROAD: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "gcp:cloudrunv2/jobIamMember:JobIamMember": _much,
    "gcp:cloudrunv2/serviceIamMember:ServiceIamMember": _much,
    "gcp:secretmanager/secretIamMember:SecretIamMember": _much,
    # Of a whole project.
    "gcp:projects/iAMBinding:IAMBinding": _always,
    # Rights on Cloud SQL are given there alone, and no more of them than a role of ours has; so are those on traces and
    # figures, of which the roles have those to add some (https://cloud.google.com/iam/docs/roles-permissions/cloudtrace,
    # https://cloud.google.com/iam/docs/roles-permissions/monitoring).
    "gcp:projects/iAMMember:IAMMember": lambda inputs: (
        not str(inputs["role"]).startswith("projects/")
        and inputs["role"] not in {"roles/cloudtrace.agent", "roles/monitoring.metricWriter"}
    ),
    "gcp:projects/iAMPolicy:IAMPolicy": _always,
    "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember": _much,
    "gcp:pubsub/subscriptionIAMMember:SubscriptionIAMMember": _much,
    "gcp:pubsub/topicIAMMember:TopicIAMMember": _much,
    "gcp:storage/bucketIAMMember:BucketIAMMember": _much,
}
"""By type, whether what has these inputs grants more than is needed."""


def _beyond_ports_of_addresses(inputs: Mapping[str, Any]) -> bool:
    named = all(each["protocol"] == "tcp" and each.get("ports") for each in inputs.get("allows", ()))
    if inputs.get("direction") == "INGRESS":
        # Who of the network comes, the rules on the way out of each say: Cloud Run's tags count for these alone.
        return not named
    reached = inputs.get("destinationRanges", ["0.0.0.0/0"])
    return bool(inputs.get("allows")) and not (named and all(it.endswith("/32") for it in reached))


WIDE: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "gcp:compute/firewall:Firewall": _beyond_ports_of_addresses,
    "gcp:cloudrunv2/service:Service": lambda inputs: bool(inputs["invokerIamDisabled"]),
}
"""By type, whether what has these inputs is a way to more than what is linked."""

WIDE_BEHIND_A_GATEWAY = {
    "gcp:cloudrunv2/service:Service": "a load balancer has no identity to show, so who invokes it is not asked for",
}
"""By type, why a gateway may make such a way of what it leads to; the plan says so."""

LARGEST_GB = 104
"""Of the custom machines in the table below: 16 CPUs have it."""

SIZES: Mapping[str, tuple[str, Sequence[Size]]] = {
    "gcp:sql/databaseInstance:DatabaseInstance": (
        "settings.tier",
        (
            *{size.name: size for memory in range(1, LARGEST_GB + 1) for size in sizes.enterprise(memory)}.values(),
            *sizes.ENTERPRISE_PLUS,
        ),
    ),
}
"""By type, the input that says its size, and the table that it is picked from: of the machines that Cloud SQL makes by
measure, those with whole GiB."""
