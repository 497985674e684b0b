"""What costs nothing by itself on aws: settings, rights, and parts of what is billed as a whole."""

from __future__ import annotations

_PARTS: dict[str, str] = {
    "acm": "certificateValidation",
    "alb": "listener listenerRule targetGroup targetGroupAttachment",
    "apigatewayv2": "apiMapping authorizer deployment domainName integration route stage vpcLink",
    "appautoscaling": "policy scheduledAction target",
    "backup": "restoreTestingSelection selection vaultLockConfiguration vaultNotifications vaultPolicy",
    "budgets": "budget",
    "cloudfront": "cachePolicy originAccessControl originAccessIdentity originRequestPolicy publicKey keyGroup"
    " responseHeadersPolicy vpcOrigin",
    "cloudwatch": "eventBusPolicy eventPermission eventRule eventTarget logMetricFilter logResourcePolicy logStream"
    " logSubscriptionFilter",
    "cognito": "identityProvider userGroup userPoolClient userPoolDomain",
    "docdb": "clusterParameterGroup subnetGroup",
    "dynamodb": "tableItem resourcePolicy",
    "ebs": "encryptionByDefault",
    "ec2": "defaultNetworkAcl defaultRouteTable defaultSecurityGroup eipAssociation egressOnlyInternetGateway flowLog"
    " internetGateway keyPair launchTemplate mainRouteTableAssociation networkAcl networkAclRule networkInterface"
    " placementGroup route routeTable routeTableAssociation securityGroup securityGroupRule subnet volumeAttachment vpc"
    " vpcDhcpOptions vpcDhcpOptionsAssociation vpcEndpointPolicy vpcEndpointRouteTableAssociation vpcPeeringConnection",
    "ecr": "lifecyclePolicy repositoryPolicy registryPolicy",
    "ecs": "capacityProvider clusterCapacityProviders",
    "efs": "accessPoint backupPolicy fileSystemPolicy mountTarget",
    "eks": "accessEntry accessPolicyAssociation addon podIdentityAssociation",
    "elasticache": "parameterGroup subnetGroup user userGroup userGroupAssociation",
    "iam": "accessKey group groupMembership groupPolicy groupPolicyAttachment instanceProfile openIdConnectProvider"
    " policy policyAttachment role rolePoliciesExclusive rolePolicy rolePolicyAttachment rolePolicyAttachmentsExclusive"
    " serviceLinkedRole user userGroupMembership userPolicy userPolicyAttachment",
    "kms": "alias grant keyPolicy",
    "lambda": "alias eventSourceMapping functionEventInvokeConfig functionUrl invocation layerVersion permission",
    "lb": "listener listenerCertificate listenerRule targetGroup targetGroupAttachment",
    "opensearch": "domainPolicy",
    "rds": "clusterParameterGroup eventSubscription parameterGroup proxy proxyDefaultTargetGroup proxyEndpoint"
    " roleAssociation subnetGroup",
    "resourcegroups": "group",
    "route53": "record zoneAssociation",
    "s3": "bucketAccelerateConfiguration bucketAcl bucketAclV2 bucketCorsConfiguration bucketCorsConfigurationV2"
    " bucketIntelligentTieringConfiguration bucketLifecycleConfiguration bucketLifecycleConfigurationV2 bucketLogging"
    " bucketLoggingV2 bucketNotification bucketObject bucketObjectLockConfiguration bucketObjectLockConfigurationV2"
    " bucketObjectv2 bucketOwnershipControls bucketPolicy bucketPublicAccessBlock"
    " bucketServerSideEncryptionConfiguration bucketServerSideEncryptionConfigurationV2 bucketVersioning"
    " bucketVersioningV2 bucketWebsiteConfiguration"
    " bucketWebsiteConfigurationV2",
    "scheduler": "scheduleGroup",
    "secretsmanager": "secretPolicy secretRotation secretVersion",
    "securityhub": "account",
    "servicediscovery": "httpNamespace instance service",
    "sesv2": "configurationSet configurationSetEventDestination emailIdentityMailFromAttributes",
    "sns": "topicPolicy topicSubscription",
    "sqs": "queuePolicy redriveAllowPolicy redrivePolicy",
    "vpc": "securityGroupEgressRule securityGroupIngressRule securityGroupVpcAssociation",
    "wafv2": "ipSet regexPatternSet webAclAssociation webAclLoggingConfiguration",
}

FREE: frozenset[str] = frozenset(
    f"aws:{module}/{name}:{name[0].upper()}{name[1:]}" for module, names in _PARTS.items() for name in names.split()
)
"""A budget is free while it does not act by itself; copies of a secret in other regions and a private zone's
associations cost nothing more than what they belong to."""
