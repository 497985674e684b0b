"""The programs that a distribution may run at its edge, on requests and answers.

The release is a header that one of them adds to what a viewer sends, and that is a part of each cache's key: a new
release asks for answers that nothing has in its cache yet, at once and everywhere, and going back to an old one finds
those that are still there. An invalidation would have to be started by something beside `pulumi up`: the provider has
none, and a program of ours with credentials of its own would be one more thing to keep.

What browsers are told of a path is put on answers by another, which CloudFront asks of none of status 400 and more
(https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html): an error would
be kept as long.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-functions.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping

import pulumi
from pulumi_aws import cloudfront

from infra_kit.component import Scope

RELEASE_HEADER = "X-Infra-Kit-Release"

_RELEASE = """function handler(event) {{
  event.request.headers['{header}'] = {{ value: '{release}' }};
  return event.request;
}}
"""

_TELL = """function handler(event) {{
  event.response.headers['cache-control'] = {{ value: '{value}' }};
  return event.response;
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


def telling(scope: Scope, values: Collection[str]) -> Mapping[str, pulumi.Output[str]]:
    """By what browsers are told (see `texts.CacheControl`), the ARN of what tells them."""
    return {value: _function(scope, f"tell-{_digest(value)}", _TELL.format(value=value)) for value in sorted(values)}


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:8]


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
