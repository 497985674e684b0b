"""What a recorded program (`infra_kit.testing`) gets from AWS: names and numbers in the form of the real ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from infra_kit.providers.aws import answers, sizes
from infra_kit.providers.aws.exposure import OPEN, WIDE
from infra_kit.providers.common.sizes import Size

__all__ = ["BROAD", "CALLS", "OF_ITSELF", "OPEN", "OUTPUTS", "SIZES", "WIDE"]

ACCOUNT = "123456789012"
REGION = "us-east-1"
NAME_SERVERS = ["ns-1.awsdns-01.com", "ns-2.awsdns-02.net"]

Answer = Callable[[Mapping[str, Any]], dict[str, Any]]


def _arn(service: str, path: str) -> Answer:
    """An ARN, told from others by the tag `component` of what it is of."""
    return lambda inputs: {"arn": f"arn:aws:{service}:{REGION}:{ACCOUNT}:{path}/{_component(inputs) or 'it'}"}


def _component(inputs: Mapping[str, Any]) -> Any:
    tags = inputs.get("tags")  # a plan may hold a text for them
    return tags.get("component") if isinstance(tags, Mapping) else None


def _owner(inputs: Mapping[str, Any]) -> str:
    """The component that it is of; a resource beside our components goes by its own name."""
    return str(_component(inputs) or inputs["urn"].rpartition("::")[2])


def _named(role: str) -> Answer:
    return lambda inputs: {"name": f"{_owner(inputs)}-{role}-1a2b3c4"}


def _redis(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "arn": f"arn:aws:elasticache:{REGION}:{ACCOUNT}:replicationgroup:{_owner(inputs)}",
        "primaryEndpointAddress": f"master.{_owner(inputs)}.abc123.use1.cache.amazonaws.com",
        "readerEndpointAddress": f"replica.{_owner(inputs)}.abc123.use1.cache.amazonaws.com",
    }


def _called(arn: str, **more: str) -> Answer:
    """Named by what it is called in the program: a component may have several."""

    def answer(inputs: Mapping[str, Any]) -> dict[str, Any]:
        name = f"{inputs['urn'].rpartition('::')[2]}-1a2b3c4"
        return {"name": name, "arn": f"arn:aws:{arn}{name}", **more}

    return answer


def _bus(inputs: Mapping[str, Any]) -> dict[str, Any]:
    name = f"{_owner(inputs)}-bus-1a2b3c4"
    return {"name": name, "arn": f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/{name}"}


def _rule(inputs: Mapping[str, Any]) -> dict[str, Any]:
    name, bus = f"{_owner(inputs)}-rule-1a2b3c4", inputs.get("eventBusName", "default")
    return {"name": name, "arn": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{bus}/{name}"}


def _queue(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """A queue that sends what it gives up to another is told from that one."""
    name = f"{_owner(inputs)}-{'queue' if 'redrivePolicy' in inputs else 'dead-letters'}-1a2b3c4"
    return {
        "name": name,
        "arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}",
        "url": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}",
    }


def _bucket(inputs: Mapping[str, Any]) -> dict[str, Any]:
    name = f"{_owner(inputs)}-bucket-1a2b3c4"
    return {
        "bucket": name,
        "arn": f"arn:aws:s3:::{name}",
        "region": REGION,
        "bucketRegionalDomainName": f"{name}.s3.{REGION}.amazonaws.com",
    }


def _distribution(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "arn": f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1{_owner(inputs).upper()}",
        "domainName": f"d1{_owner(inputs)}.cloudfront.net",
        "hostedZoneId": "Z2FDTNDATAQYW2",
    }


def _certificate(inputs: Mapping[str, Any]) -> dict[str, Any]:
    domains = [str(inputs.get("domainName")), *inputs.get("subjectAlternativeNames", [])]
    return {
        "arn": f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/{_owner(inputs)}",
        "domainValidationOptions": [
            {
                "domainName": domain,
                "resourceRecordName": f"_proof.{domain.removeprefix('*.')}.",
                "resourceRecordType": "CNAME",
                "resourceRecordValue": f"_proof.{domain.removeprefix('*.')}.acm-validations.aws.",
            }
            for domain in domains
        ],
    }


def _postgres(inputs: Mapping[str, Any]) -> dict[str, Any]:
    name = f"{_owner(inputs)}-{'replica' if 'replicateSourceDb' in inputs else 'server'}"
    return {
        "address": f"{name}.abc123.{REGION}.rds.amazonaws.com",
        "arn": f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{name}-1a2b3c4",
        "identifier": f"{name}-1a2b3c4",
        "port": 5432,
        "masterUserSecrets": [{"secretArn": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:rds!{name}"}],
    }


def _documents(inputs: Mapping[str, Any]) -> dict[str, Any]:
    name = f"{_owner(inputs)}-cluster-1a2b3c4"
    return {
        "arn": f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster:{name}",
        "availabilityZones": [f"{REGION}{zone}" for zone in "abc"],
        "clusterIdentifier": name,
        "endpoint": f"{name}.cluster-abc123.{REGION}.docdb.amazonaws.com",
        "readerEndpoint": f"{name}.cluster-ro-abc123.{REGION}.docdb.amazonaws.com",
        "masterUserSecrets": [{"secretArn": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:rds!{name}"}],
    }


def _pooler(inputs: Mapping[str, Any]) -> dict[str, Any]:
    name = f"{_owner(inputs)}-pooler-1a2b3c4"
    return {"name": name, "endpoint": f"{name}.proxy-abc123.{REGION}.rds.amazonaws.com"}


def _cluster(inputs: Mapping[str, Any]) -> dict[str, Any]:
    name = f"{_owner(inputs)}-1a2b3c4"
    return {"name": name, "arn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/{name}"}


def _task(inputs: Mapping[str, Any]) -> dict[str, Any]:
    family = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/{inputs['family']}"
    return {"arn": f"{family}:1", "arnWithoutRevision": family}


def _balanced(kind: str) -> Answer:
    """What belongs to a load balancer is named by it."""

    def answer(inputs: Mapping[str, Any]) -> dict[str, Any]:
        name = f"{_owner(inputs)}-1a2b3c4"
        suffix = f"{kind}/{name}"
        return {
            "name": name,
            "arn": f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:{suffix}",
            "arnSuffix": suffix.removeprefix("loadbalancer/"),
            "dnsName": f"{name}.{REGION}.elb.amazonaws.com",
            "zoneId": "Z35SXDOTRQ7X7K",
        }

    return answer


def _repository(inputs: Mapping[str, Any]) -> dict[str, Any]:
    name = f"{_owner(inputs)}-1a2b3c4"
    return {
        "name": name,
        "arn": f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/{name}",
        "repositoryUrl": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{name}",
    }


def _parameter(inputs: Mapping[str, Any]) -> dict[str, Any]:
    name = inputs.get("name") or f"/{_owner(inputs)}-1a2b3c4"
    return {"name": name, "arn": f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{name}"}


def _zones(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """All letters that a region of AWS has in use."""
    return {"names": [f"{inputs.get('region', REGION)}{letter}" for letter in "abcdef"]}


OUTPUTS: dict[str, Mapping[str, Any] | Answer] = {
    "aws:appautoscaling/policy:Policy": {"arn": f"arn:aws:autoscaling:{REGION}:{ACCOUNT}:scalingPolicy:it"},
    "aws:acm/certificate:Certificate": _certificate,
    "aws:backup/restoreTestingPlan:RestoreTestingPlan": _arn("backup", "restore-testing-plan"),
    "aws:backup/vault:Vault": _called(f"backup:{REGION}:{ACCOUNT}:backup-vault:"),
    "aws:budgets/budget:Budget": _named("budget"),
    "aws:cloudfront/distribution:Distribution": _distribution,
    "aws:cloudfront/function:Function": {"arn": f"arn:aws:cloudfront::{ACCOUNT}:function/it"},
    "aws:cloudwatch/eventBus:EventBus": _bus,
    "aws:cloudwatch/eventRule:EventRule": _rule,
    "aws:cloudwatch/logGroup:LogGroup": _called(f"logs:{REGION}:{ACCOUNT}:log-group:"),
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": _arn("firehose", "deliverystream"),
    "aws:docdb/cluster:Cluster": _documents,
    "aws:docdb/clusterInstance:ClusterInstance": lambda it: {"identifier": f"{it['urn'].rpartition('::')[2]}-1a2b3c4"},
    "aws:docdb/clusterParameterGroup:ClusterParameterGroup": _named("parameters"),
    "aws:docdb/subnetGroup:SubnetGroup": _named("subnets"),
    "aws:elasticache/parameterGroup:ParameterGroup": _named("parameters"),
    "aws:elasticache/replicationGroup:ReplicationGroup": _redis,
    "aws:iam/accessKey:AccessKey": {"secret": "recorded-secret-access-key"},
    "aws:cloudwatch/metricAlarm:MetricAlarm": _named("alarm"),
    "aws:ebs/volume:Volume": lambda inputs: {
        "arn": f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/vol-{_owner(inputs)}",
    },
    "aws:ec2/launchTemplate:LaunchTemplate": {"latestVersion": 1},
    "aws:ec2/networkInterface:NetworkInterface": {"privateIp": "10.0.32.10"},
    "aws:ecr/repository:Repository": _repository,
    "aws:ecs/cluster:Cluster": _cluster,
    "aws:ecs/service:Service": _named("service"),
    "aws:ecs/taskDefinition:TaskDefinition": _task,
    "aws:efs/accessPoint:AccessPoint": _arn("elasticfilesystem", "access-point"),
    "aws:efs/fileSystem:FileSystem": _arn("elasticfilesystem", "file-system"),
    "aws:elasticache/subnetGroup:SubnetGroup": _named("subnets"),
    "aws:iam/role:Role": _called(f"iam::{ACCOUNT}:role/"),
    "aws:iam/user:User": _called(f"iam::{ACCOUNT}:user/"),
    "aws:kms/key:Key": _arn("kms", "key"),
    "aws:lambda/function:Function": _called(f"lambda:{REGION}:{ACCOUNT}:function:", codeSha256="recorded"),
    "aws:lambda/invocation:Invocation": {"result": '"-----BEGIN CERTIFICATE-----\\nrecorded\\n"'},
    "aws:lb/listener:Listener": _balanced("listener"),
    "aws:lb/listenerRule:ListenerRule": _balanced("listener-rule"),
    "aws:lb/loadBalancer:LoadBalancer": _balanced("loadbalancer/app"),
    "aws:lb/targetGroup:TargetGroup": _balanced("targetgroup"),
    "aws:opensearch/domain:Domain": lambda it: {"endpoint": f"vpc-{it.get('domainName')}.{REGION}.es.amazonaws.com"},
    "aws:rds/instance:Instance": _postgres,
    "aws:rds/parameterGroup:ParameterGroup": _named("parameters"),
    "aws:rds/proxy:Proxy": _pooler,
    "aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup": {"name": "default"},
    "aws:rds/subnetGroup:SubnetGroup": _named("subnets"),
    "aws:route53/zone:Zone": lambda inputs: {
        "zoneId": f"Z0{len(inputs.get('name', ''))}RECORDED",
        "nameServers": NAME_SERVERS,
    },
    "aws:s3/bucket:Bucket": _bucket,
    "aws:secretsmanager/secret:Secret": _arn("secretsmanager", "secret"),
    "aws:secretsmanager/secretVersion:SecretVersion": {"versionId": "recorded-version"},
    "aws:servicediscovery/service:Service": {"arn": f"arn:aws:servicediscovery:{REGION}:{ACCOUNT}:service/srv-it"},
    "aws:sfn/stateMachine:StateMachine": _arn("states", "stateMachine"),
    **answers.outputs(REGION, ACCOUNT),
    "aws:sns/topic:Topic": _called(f"sns:{REGION}:{ACCOUNT}:"),
    "aws:sqs/queue:Queue": _queue,
    "aws:ssm/parameter:Parameter": _parameter,
    "aws:wafv2/webAcl:WebAcl": _arn("wafv2", "regional/webacl"),
}
"""By type, what a resource answers beside its inputs."""

CALLS: dict[str, Mapping[str, Any] | Answer] = {
    "aws:ec2/getSubnet:getSubnet": lambda inputs: {"availabilityZone": f"{inputs.get('region', REGION)}a"},
    "aws:ec2/getManagedPrefixList:getManagedPrefixList": lambda inputs: {"id": f"pl-{inputs['name']}"},
    # Nobody was asked, so an image stays named by its tag: see `repository`.
    "aws:ecr/getImages:getImages": {},
    "aws:index/getAvailabilityZones:getAvailabilityZones": _zones,
    "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": ACCOUNT},
    "aws:index/getPartition:getPartition": {"partition": "aws", "dnsSuffix": "amazonaws.com"},
    "aws:index/getRegion:getRegion": lambda inputs: {"region": inputs.get("region", REGION)},
    "aws:route53/getZone:getZone": lambda inputs: {
        "zoneId": inputs["zoneId"],
        "name": "example.com",
        "nameServers": NAME_SERVERS,
    },
    "aws:secretsmanager/getSecretVersion:getSecretVersion": {
        "secretString": '{"username": "postgres", "password": "recorded-master"}'
    },
}
"""By token, what a function of the provider answers."""

BROAD: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": lambda _: True,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": lambda inputs: "/service-role/" not in inputs["policyArn"],
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": lambda _: True,
}
"""By type, whether what has these inputs grants more than is needed: AWS's own policies for a service are narrow."""


SIZES: Mapping[str, tuple[str, Sequence[Size]]] = {
    "aws:docdb/clusterInstance:ClusterInstance": ("instanceClass", sizes.DOCUMENTDB),
    "aws:ec2/launchTemplate:LaunchTemplate": ("instanceType", sizes.EC2),
    "aws:elasticache/replicationGroup:ReplicationGroup": ("nodeType", sizes.ELASTICACHE),
    "aws:opensearch/domain:Domain": ("clusterConfig.instanceType", sizes.OPENSEARCH),
    "aws:rds/instance:Instance": ("instanceClass", sizes.RDS),
}
"""By type, the input that says its size, and the table that it is picked from."""

OF_ITSELF = {
    "aws:kms/key:Key": "in its own policy `*` is that key, and who administers it must be said",
    "aws:opensearch/domain:Domain": "in its own policy `*` is who is in the network and has a user of the domain's",
}
"""By type, why its policy may say `*`."""
