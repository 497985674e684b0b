"""The Cdn's server as its handler wants it, and a client of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from infra_kit._dynamic import Props
from infra_kit.providers.local.servers.cdn import HANDLER
from infra_kit.providers.local.servers.object_store import HANDLER as STORE
from tests.live.servers import s3_client as stores


def route(origin: str, **changes: Any) -> dict[str, Any]:
    return {"origin": origin, "bucket": None, "ttl": 3600.0, "headers": [], "cookies": [], "query": False, **changes}


def bucket_route(home: Path, **changes: Any) -> tuple[Props, dict[str, Any], str]:
    """A bucket, a route to it, and the key for that."""
    _, outs = STORE.ensure(stores.props(home))
    public = outs["public"]
    told = {"bucket": public["bucket"], "region": public["region"], "access_key": public["cdn_access_key"]}
    return outs, route(public["s3_endpoint"], **told, **changes), outs["private"]["cdn_secret_key"]


def props(home: Path, routes: dict[str, Any], **changes: Any) -> Props:
    defaults: Props = {
        "kind": "local/cdn", "home": str(home), "stack": "test", "name": "edge", "port": None, "retain": False,
        "routes": routes, "store_keys": {}, "gateway_trusts": {}, "domains": [], "response_headers": {},
        "compression": True, "release": "",
    }  # fmt: skip
    return {**defaults, **changes}


def serve(home: Path, routes: dict[str, Any], **changes: Any) -> httpx.Client:
    _, outs = HANDLER.ensure(props(home, routes, **changes))
    # httpx asks for gzip by itself, and compressed answers have neither a length nor ranges.
    return httpx.Client(base_url=outs["public"]["url"], headers={"Accept-Encoding": "identity"}, timeout=60)


def cache(answer: httpx.Response) -> str:
    return answer.headers["X-Cache"]
