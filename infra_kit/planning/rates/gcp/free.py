"""What costs nothing of its own: its work is on the bill of something else, or it is only said."""

from __future__ import annotations

_GRANTS = (
    "bigquery/datasetAccess:DatasetAccess", "bigquery/datasetIamMember:DatasetIamMember",
    "cloudrunv2/jobIamMember:JobIamMember", "cloudrunv2/serviceIamMember:ServiceIamMember",
    "cloudrunv2/workerPoolIamMember:WorkerPoolIamMember", "kms/cryptoKeyIAMBinding:CryptoKeyIAMBinding",
    "kms/cryptoKeyIAMMember:CryptoKeyIAMMember", "projects/iAMBinding:IAMBinding", "projects/iAMMember:IAMMember",
    "projects/iAMCustomRole:IAMCustomRole", "pubsub/subscriptionIAMMember:SubscriptionIAMMember",
    "pubsub/topicIAMMember:TopicIAMMember", "artifactregistry/repositoryIamMember:RepositoryIamMember",
    "secretmanager/regionalSecretIamMember:RegionalSecretIamMember", "secretmanager/secretIamMember:SecretIamMember",
    "serviceaccount/iAMMember:IAMMember", "storage/bucketIAMBinding:BucketIAMBinding",
    "storage/bucketIAMMember:BucketIAMMember",
)  # fmt: skip

_PROJECT = (
    "projects/service:Service", "projects/serviceIdentity:ServiceIdentity", "serviceaccount/account:Account",
    "serviceaccount/key:Key", "billing/budget:Budget", "organizations/project:Project",
)  # fmt: skip

_NETWORK = (
    "compute/externalVpnGateway:ExternalVpnGateway", "compute/firewall:Firewall", "compute/network:Network",
    "compute/globalNetworkEndpoint:GlobalNetworkEndpoint", "compute/haVpnGateway:HaVpnGateway",
    "compute/globalNetworkEndpointGroup:GlobalNetworkEndpointGroup", "compute/networkPeering:NetworkPeering",
    "compute/networkEndpoint:NetworkEndpoint", "compute/networkEndpointGroup:NetworkEndpointGroup",
    "compute/regionNetworkEndpointGroup:RegionNetworkEndpointGroup", "compute/route:Route", "compute/router:Router",
    "compute/routerInterface:RouterInterface", "compute/routerPeer:RouterPeer", "compute/vPNGateway:VPNGateway",
    "servicenetworking/connection:Connection",
)  # fmt: skip
"""What goes through is on the bill of the NAT, the load balancer or who sends it."""

_EDGE = (
    "compute/backendBucket:BackendBucket", "compute/backendBucketSignedUrlKey:BackendBucketSignedUrlKey",
    "compute/backendService:BackendService", "compute/healthCheck:HealthCheck",
    "compute/managedSslCertificate:ManagedSslCertificate", "compute/regionBackendService:RegionBackendService",
    "compute/regionHealthCheck:RegionHealthCheck", "compute/regionTargetHttpProxy:RegionTargetHttpProxy",
    "compute/regionTargetHttpsProxy:RegionTargetHttpsProxy", "compute/sSLCertificate:SSLCertificate",
    "compute/sSLPolicy:SSLPolicy", "compute/targetHttpProxy:TargetHttpProxy",
    "compute/targetHttpsProxy:TargetHttpsProxy",
)  # fmt: skip
"""The URL map has the traffic on its bill, the rules their hours."""

_CERTIFICATES = (
    "certificatemanager/certificate:Certificate", "certificatemanager/certificateMap:CertificateMap",
    "certificatemanager/certificateMapEntry:CertificateMapEntry",
    "certificatemanager/dnsAuthorization:DnsAuthorization",
)  # fmt: skip
"""The first hundred certificates of an account cost nothing (https://cloud.google.com/certificate-manager/pricing)."""

_PARTS = (
    "bigquery/table:Table", "compute/instanceTemplate:InstanceTemplate",
    "compute/resourcePolicy:ResourcePolicy", "dns/recordSet:RecordSet", "firestore/index:Index", "kms/keyRing:KeyRing",
    "logging/logView:LogView", "logging/metric:Metric", "logging/projectExclusion:ProjectExclusion",
    "logging/projectSink:ProjectSink", "monitoring/dashboard:Dashboard",
    "monitoring/notificationChannel:NotificationChannel", "parametermanager/parameter:Parameter",
    "parametermanager/regionalParameter:RegionalParameter", "secretmanager/regionalSecret:RegionalSecret",
    "secretmanager/secret:Secret", "sql/database:Database", "sql/provisionScript:ProvisionScript", "sql/user:User",
    "sql/sslCert:SslCert", "storage/bucketObject:BucketObject", "storage/hmacKey:HmacKey",
    "storage/notification:Notification", "storage/transferJob:TransferJob",
)  # fmt: skip
"""Of what has its own lines: the zone, the key, the version, the instance, the bucket, the dataset, the group. The
machine of a tunnel is only there while one is open. A transfer between buckets costs what its operations do
(https://cloud.google.com/storage-transfer/pricing)."""

FREE = frozenset(f"gcp:{name}" for name in (*_GRANTS, *_PROJECT, *_NETWORK, *_EDGE, *_CERTIFICATES, *_PARTS))
