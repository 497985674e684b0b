"""Tells Cloud CDN that all it keeps is out of date."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

from pulumi.dynamic import CheckFailure

from infra_kit._dynamic import Props
from infra_kit.errors import EngineError

API = "https://compute.googleapis.com/compute/v1"
SECONDS = 60
TOLD = ("url_map", "release")
"""What is remembered; never the token, which is another one in each deployment."""


class CdnInvalidation:
    """Asks once a release. Nothing is left of it that could be read or deleted."""

    def check(self, olds: Props, news: Props) -> list[CheckFailure]:  # noqa: ARG002  there is nothing to refuse
        return []

    def changed(self, olds: Props, news: Props) -> bool:
        return any(olds.get(key) != news.get(key) for key in TOLD)

    def ensure(self, props: Props, olds: Props | None = None) -> tuple[str, Props]:  # noqa: ARG002
        _invalidate(str(props["url_map"]), str(props["token"]))
        return str(props["release"]), {key: props[key] for key in ("kind", *TOLD)}

    def read(self, resource_id: str, props: Props) -> Props | None:  # noqa: ARG002
        return props

    def delete(self, resource_id: str, props: Props) -> None:
        pass


def _invalidate(url_map: str, token: str) -> None:
    request = urllib.request.Request(  # noqa: S310  always https
        f"{API}/{url_map}/invalidateCache",
        data=json.dumps({"path": "/*"}).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS):  # noqa: S310  as above
            pass
    except urllib.error.HTTPError as refused:
        raise EngineError(
            f"Google did not invalidate the cache of {url_map}: {refused.code} {refused.reason}. Who deploys needs "
            "compute.urlMaps.invalidateCache (in roles/compute.loadBalancerAdmin)."
        ) from refused
    except OSError as lost:
        raise EngineError(f"Google's API could not be reached to invalidate the cache of {url_map}: {lost}.") from lost


HANDLER = CdnInvalidation()
