"""The two programs that a distribution may run on requests, at its edge.

The release is a header that one of them adds to what a viewer sends, and that is a part of each cache's key: a new
release asks for answers that nothing has in its cache yet, at once and everywhere, and going back to an old one finds
those that are still there. An invalidation would have to be started by something beside `pulumi up`: the provider has
none, and a program of ours with credentials of its own would be one more thing to keep.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-functions.html
"""

from __future__ import annotations

import pulumi
from pulumi_aws import cloudfront

from infra_kit.component import Scope

RELEASE_HEADER = "X-Infra-Kit-Release"

_RELEASE = """function handler(event) {{
  event.request.headers['{header}'] = {{ value: '{release}' }};
  return event.request;
}}
"""

_NOT_FOUND = """function handler() {
  return { statusCode: 404, statusDescription: 'Not Found' };
}
"""


def release(scope: Scope, name: str) -> pulumi.Output[str]:
    """The ARN of what tells the release. A release is letters, digits, '_', '.' and '-' (see `CdnSpec`)."""
    return _function(scope, "release", _RELEASE.format(header=RELEASE_HEADER.lower(), release=name))


def not_found(scope: Scope) -> pulumi.Output[str]:
    """The ARN of what answers where no route leads."""
    return _function(scope, "not-found", _NOT_FOUND)


def _function(scope: Scope, role: str, code: str) -> pulumi.Output[str]:
    made = scope.resource(
        role,
        cloudfront.Function,
        runtime="cloudfront-js-2.0",
        code=code,
        publish=True,
        tags=scope.tags,
    )
    return made.arn
