"""The configuration of an nginx that caches: nginx.conf from a Cdn's settings, as text.

It needs the modules njs and, for names that are looked up again, an nginx of 1.27.3 or later
(https://nginx.org/en/docs/http/ngx_http_upstream_module.html#resolve). `cdn.js` stands beside it in `conf`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

from infra_kit.edge_headers import TRUST_HEADER
from infra_kit.patterns import longest_first

CACHE_GB = 1
KEEP_DAYS = 7
"""How long what nobody asks for stays in the cache, also past its time, to be served while the origin is down."""
ERROR_SECONDS = 10
"""How long it is remembered that something is not there, as CloudFront does
(https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html)."""
UPGRADES = (
    # Nothing else: with `h2c`, a visitor would speak to a service past the gateway.
    ' map $http_upgrade $upgrade { default ""; ~*^websocket$ websocket; }',
    ' map $upgrade $connection_asked { default upgrade; "" ""; }',
)
"""What a visitor may have his connection become."""
GATEWAY_SECONDS = 65
"""How long a gateway is waited for: it gives its services 60, and says itself that they are late."""
_TEXT_TYPES = (
    "text/css text/plain text/xml text/csv text/javascript application/javascript application/json application/xml "
    "application/manifest+json application/rss+xml application/wasm font/ttf font/otf image/svg+xml image/x-icon"
)  # fmt: skip
"""text/html is always among nginx's own."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """What nginx.conf is made of."""

    main: Sequence[str]
    """Directives before `events`."""
    http: Sequence[str]
    """Directives and servers of `http` that are the target's own."""
    conf: str
    """The folder of `cdn.js`."""
    data: str
    """A folder of nginx's own, for the cache and what passes through."""
    authorities: str
    """The file of whom HTTPS origins may be certified by."""
    listen: str
    names: Sequence[str]
    """The host names it answers to."""
    every: Sequence[str] = ()
    """Directives of every location."""
    scheme: str = "$scheme"
    """What the visitor came by."""
    trust: str
    resolvers: Sequence[str]
    fixed_hosts: frozenset[str] = frozenset()
    """Names of the machine's hosts file: no name server knows them."""
    props: Mapping[str, Any]
    """`routes` by pattern (origin, bucket, region, access_key, ttl in seconds or None, headers, cookies, query,
    cache_control, passes_all), `store_keys` and `gateway_trusts` by pattern, `compression`, `release`."""


def script() -> str:
    """The text of cdn.js."""
    return resources.files(__package__).joinpath("cdn.js").read_text()


def render(site: Site) -> str:
    """The whole of nginx.conf."""
    props = site.props
    routes = by_precedence(props["routes"])
    return "\n".join(
        [
            *site.main,
            "events { worker_connections 1024; }",
            "http {",
            *_base(site),
            *_compression(enabled=bool(props["compression"])),
            *(_upstream(site, number, route["origin"]) for number, (_, route) in enumerate(routes)),
            *site.http,
            f" server {{\n  listen {site.listen};\n  server_name {' '.join(site.names)};",
            *(_location(site, number, pattern, route) for number, (pattern, route) in enumerate(routes)),
            f"  location / {{ {' '.join([*site.every, 'return 404;'])} }}",
            " }",
            "}\n",
        ]
    )


def by_precedence(routes: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    """The longest pattern first: nginx takes the first that fits."""
    return [(pattern, routes[pattern]) for pattern in longest_first(routes)]


def regex(pattern: str) -> str:
    """`*` stands for any text, `?` for one character."""
    text = "".join({"*": ".*", "?": "."}.get(character) or re.escape(character) for character in pattern)
    return f"(?s)^{text}\\z"


def quote(text: str) -> str:
    """A word of nginx's language."""
    return f'"{escaped(text)}"'


def escaped(text: str) -> str:
    """A part of one. A `$` would begin a variable, and only another variable can hold one."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "${dollar}")


def general(data: str, resolvers: Sequence[str]) -> list[str]:
    """What every nginx of ours has in `http`: `$dollar`, `$raw_path` (as the visitor wrote it), its own folders."""
    folders = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return [
        ' geo $dollar { default "$"; }',
        ' map $request_uri $raw_path { "~^(?<raw>[^?]*)" $raw; }',
        *(f' {kind}_temp_path "{data}/{kind}";' for kind in folders),
        *([f" resolver {' '.join(resolvers)} valid=30s;"] if resolvers else []),
        " server_tokens off;\n proxy_http_version 1.1;\n proxy_redirect off;\n proxy_connect_timeout 5s;",
    ]


def upstream(name: str, host: str, port: int, fixed_hosts: frozenset[str], keepalive: str) -> str:
    """A host by the name under which `proxy_pass` finds it, looked up again and again unless its address is fixed."""
    fixed = bool(re.fullmatch(r"[0-9.]+", host)) or host in fixed_hosts
    resolve = "" if fixed else " resolve"
    return f" upstream {name} {{ zone {name} 64k; server {host}:{port}{resolve}; {keepalive} }}"


def _base(site: Site) -> list[str]:
    keep = max([KEEP_DAYS * 86_400, *(int(route.get("ttl") or 0) for route in site.props["routes"].values())])
    return [
        *general(site.data, site.resolvers),
        *UPGRADES,
        ' map $upstream_cache_status $x_cache { default $upstream_cache_status; "" BYPASS; }',
        " log_format cdn '$time_iso8601 $request_method $raw_path $status $x_cache $request_time';",
        f' proxy_cache_path "{site.data}/cache" levels=1:2 keys_zone=cdn:10m max_size={CACHE_GB}g inactive={keep}s '
        "use_temp_path=off;",
        f' js_path "{site.conf}";\n js_import cdn from cdn.js;\n js_set $forwarded_cookies cdn.cookies;',
        *(f" js_set $s3_{name} cdn.{name};" for name in ("path", "query", "date", "authorization")),
        " merge_slashes off;\n absolute_redirect off;\n client_max_body_size 0;",
        " proxy_pass_request_headers off;\n proxy_read_timeout 30s;",
        " proxy_cache_lock on;\n proxy_cache_revalidate on;\n proxy_force_ranges on;",
        " proxy_cache_use_stale error timeout updating http_500 http_502 http_503 http_504;",
        # An origin may neither steer this nginx, nor tell answers apart by headers that it was not sent.
        " proxy_ignore_headers Vary X-Accel-Redirect X-Accel-Expires X-Accel-Limit-Rate X-Accel-Buffering "
        "X-Accel-Charset;",
        " proxy_ssl_server_name on;\n proxy_ssl_verify on;\n proxy_ssl_verify_depth 5;",
        f' proxy_ssl_trusted_certificate "{site.authorities}";',
    ]


def _compression(*, enabled: bool) -> list[str]:
    if not enabled:
        return [" gzip off;"]
    return [f" gzip on;\n gzip_proxied any;\n gzip_vary on;\n gzip_min_length 256;\n gzip_types {_TEXT_TYPES};"]


def _upstream(site: Site, number: int, origin: str) -> str:
    return upstream(f"origin_{number}", *address(origin), site.fixed_hosts, "keepalive 16;")


def address(origin: str) -> tuple[str, int]:
    """Host and port of `https://api.example.com`."""
    parts = urlsplit(origin)
    return str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80)


def _location(site: Site, number: int, pattern: str, route: Mapping[str, Any]) -> str:
    lines = [
        *(_telling(route["cache_control"]) if route.get("cache_control") else site.every),
        f"proxy_ssl_name {address(route['origin'])[0]};",
        *(_to_store(site, pattern, route) if route.get("bucket") else []),
        *([f'set $wanted_cookies "{",".join(route["cookies"])}";'] if route["cookies"] else []),
        *(f"proxy_set_header {name} {value};" for name, value in request_headers(site, pattern, route).items()),
        *(_PASSING if route.get("passes_all") else []),
        *_caching(site, route),
        _pass(number, route),
    ]
    return f'  location ~ "{regex(pattern)}" {{\n' + "".join(f"   {line}\n" for line in lines) + "  }"


def _telling(cache_control: str) -> list[str]:
    """What browsers are told of an answer, beside what stands on every one."""
    return [f"set $cache_control {quote(cache_control)};", "js_header_filter cdn.told;"]


_PASSING = (
    "proxy_pass_request_headers on;",
    # What comes and goes bit by bit arrives so; ranges are the service's own.
    "proxy_buffering off;\n   proxy_request_buffering off;\n   proxy_force_ranges off;",
    f"proxy_read_timeout {GATEWAY_SECONDS}s;",
)


def request_headers(site: Site, pattern: str, route: Mapping[str, Any]) -> dict[str, str]:
    """What the origin gets, by name: nothing of the client's own but what is declared, or all."""
    own = {"Host": urlsplit(route["origin"]).netloc, "Connection": '""'}
    if route["cookies"]:
        own["Cookie"] = "$forwarded_cookies"
    if route.get("bucket"):
        own |= {
            "X-Amz-Date": "$s3_date",
            "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD",
            "Authorization": "$s3_authorization",
        }
    else:
        own |= {
            "Content-Type": "$content_type",
            "X-Forwarded-For": "$remote_addr",
            "X-Forwarded-Proto": site.scheme,
            TRUST_HEADER: quote(site.props["gateway_trusts"].get(pattern, site.trust)),
        }
    if route.get("passes_all"):
        own |= {"Connection": "$connection_asked", "Upgrade": "$upgrade"}
    declared = {name.title(): f"$http_{variable(name)}" for name in route["headers"]}
    return own | declared


def _to_store(site: Site, pattern: str, route: Mapping[str, Any]) -> list[str]:
    values = {
        "bucket": route["bucket"],
        "region": route["region"],
        "host": urlsplit(route["origin"]).netloc,
        "access_key": route["access_key"],
        "secret_key": site.props["store_keys"][pattern],
    }
    return [
        "if ($request_method !~ ^(GET|HEAD)$) { return 405; }",
        *(f"set $s3_{name} {quote(value)};" for name, value in values.items()),
        *([] if route["query"] else ['set $args "";']),
        "proxy_method GET;",
        "proxy_pass_request_body off;",
        "proxy_hide_header Seaweed-X-Amz-Owner;",
        "proxy_hide_header Seaweed-X-Amz-Etag;",
    ]


def _caching(site: Site, route: Mapping[str, Any]) -> list[str]:
    if route.get("ttl") is None:
        return ["proxy_cache off;"]
    seconds = int(route["ttl"])
    parts = [
        f"{site.props['release']} {route['origin']}/{route.get('bucket') or ''} $raw_path",
        *(["$args"] if route["query"] else []),
        *(["$forwarded_cookies"] if route["cookies"] else []),
        *(f"$http_{variable(name)}" for name in route["headers"]),
    ]
    key = "\\n".join(parts)
    return [
        "proxy_cache cdn;",
        # A line end stands in no header and no path: what is told apart cannot be mixed up.
        f'proxy_cache_key "{key}";',
        f"proxy_cache_valid 200 203 301 302 308 {seconds}s;",
        f"proxy_cache_valid 404 410 {min(ERROR_SECONDS, seconds)}s;",
    ]


def _pass(number: int, route: Mapping[str, Any]) -> str:
    path = "$s3_path" if route.get("bucket") else "$raw_path"
    query = ("?$s3_query" if route.get("bucket") else "$is_args$args") if route["query"] else ""
    return f"proxy_pass {urlsplit(route['origin']).scheme}://origin_{number}{path}{query};"


def variable(header: str) -> str:
    """nginx's name of a request header."""
    return header.lower().replace("-", "_")
