"""What may be wrong with who may do what on AWS."""

from __future__ import annotations

from infra_kit.planning.audit.rules import Rule, Seen, Severity
from infra_kit.planning.audit.values import texts
from infra_kit.policies import is_anybodys, is_wild, statements

_WITH_POLICY = (
    "aws:iam/rolePolicy:RolePolicy", "aws:iam/userPolicy:UserPolicy", "aws:iam/groupPolicy:GroupPolicy",
    "aws:iam/policy:Policy", "aws:s3/bucketPolicy:BucketPolicy", "aws:sqs/queuePolicy:QueuePolicy",
    "aws:sns/topicPolicy:TopicPolicy", "aws:secretsmanager/secretPolicy:SecretPolicy",
    "aws:opensearch/domainPolicy:DomainPolicy",
)  # fmt: skip
_ROLE = ("aws:iam/role:Role",)
_ATTACHMENTS = tuple(
    f"aws:iam/{it}PolicyAttachment:{it.capitalize()}PolicyAttachment" for it in ("role", "user", "group")
)
_ACLS = (
    "aws:s3/bucketAcl:BucketAcl", "aws:s3/bucketAclV2:BucketAclV2",
    "aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2",
)  # fmt: skip
_TO_ALL = {"public-read", "public-read-write", "authenticated-read"}
"""Of the canned ACLs (https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl); the last one
is for whoever has an account at AWS."""
_GROUPS_OF_ALL = ("/global/AllUsers", "/global/AuthenticatedUsers")
_MUCH = {"AdministratorAccess", "PowerUserAccess", "IAMFullAccess"}


def _wild(seen: Seen) -> bool:
    return any(is_wild(statement) for statement in statements(seen.inputs))


def _wild_inside(seen: Seen) -> bool:
    return any(is_wild(statement) for statement in statements(seen.inputs.get("inlinePolicies")))


def _for_anybody(seen: Seen, key: str) -> bool:
    """A condition may narrow it as far as one likes."""
    found = statements(seen.inputs.get(key))
    return any(is_anybodys(statement) and not statement.get("Condition") for statement in found)


def _everything(seen: Seen) -> bool:
    arns = texts(seen.inputs.get("policyArn"), seen.inputs.get("managedPolicyArns"))
    return any(arn.rpartition("/")[2] in _MUCH for arn in arns)


def _shown_to_all(seen: Seen) -> bool:
    grants = str((seen.inputs.get("accessControlPolicy"), seen.inputs.get("grants")))
    return seen.inputs.get("acl") in _TO_ALL or any(group in grants for group in _GROUPS_OF_ALL)


_CRITICAL, _HIGH, _LOW = Severity.CRITICAL, Severity.HIGH, Severity.LOW

RULES = (
    Rule(
        "wildcard", _HIGH, "a policy allows more than it names", "who takes over one program takes over much more",
        "name the actions, and the resources", _WITH_POLICY, _wild,
    ),
    Rule(
        "wildcard", _HIGH, "a role's own policy allows more than it names",
        "who takes over one program takes over much more",
        "name the actions, and the resources", _ROLE, _wild_inside,
    ),
    Rule(
        "open-role", _CRITICAL, "anybody may take a role on", "its rights are those of everybody with an account",
        "name who may in its trust policy, or bound it by a condition", _ROLE,
        lambda seen: _for_anybody(seen, "assumeRolePolicy"),
    ),
    Rule(
        "administrator", _CRITICAL, "a role or user may do nearly everything", "who takes it over has the account",
        "a policy with what it needs", (*_ATTACHMENTS, *_ROLE), _everything,
    ),
    Rule(
        "granted-to-all", _CRITICAL, "a bucket shows to everybody what is in it", "nobody has to log in for it",
        "acl: private; a Cdn for what is meant for all", _ACLS, _shown_to_all,
    ),
    Rule(
        "open-search", _CRITICAL, "a search domain answers everybody",
        "nobody has to log in to read it, or to empty it",
        "vpcOptions, or name who may in accessPolicies", ("aws:opensearch/domain:Domain",),
        lambda seen: not seen.inputs.get("vpcOptions") and _for_anybody(seen, "accessPolicies"),
    ),
    Rule(
        "open-function", _HIGH, "a function has an address of its own that anybody may call",
        "it is reached past a gateway, its limits and its logins", "authorizationType: AWS_IAM",
        ("aws:lambda/functionUrl:FunctionUrl",), lambda seen: seen.inputs.get("authorizationType") == "NONE",
    ),
    Rule(
        "long-lived-key", _LOW, "an access key lives until somebody deletes it", "keys leak, and this one stays good",
        "a role, where the target has one; else rotate it", ("aws:iam/accessKey:AccessKey",),
        lambda seen: not seen.made,
    ),
)  # fmt: skip
