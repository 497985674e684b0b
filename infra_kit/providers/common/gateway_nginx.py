"""The configuration of an nginx that is a gateway: nginx.conf and its scripts, from a Gateway's settings.

It needs nginx 1.27.4 and njs 0.9.9 or later, for `js_access`. The scripts stand beside nginx.conf: `gateway.js` (the
order of things), `gateway_filter.js`, `gateway_tokens.js`, `gateway_limits.js`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

from infra_kit.edge_headers import TRUST_HEADER
from infra_kit.providers.common import ambiguous, nginx

SCRIPTS = ("gateway.js", "gateway_filter.js", "gateway_limits.js", "gateway_tokens.js")
KEYS = "/.infra-kit/jwks"
"""Where the scripts ask for the issuer's keys; closed to visitors."""
KEYS_HOST = "keys.infra-kit.internal"
KEYS_SECONDS = 600
KEYS_REMEMBERED_MS = 10_000
"""For how long the scripts do not even ask nginx's cache."""
KEYS_DAYS = 30
"""How long keys are kept past that, while the issuer is down."""
EXACT = 60
"""Up to so many requests a window is exact; beyond, it slides by a 60th of itself (`gateway_limits.js`)."""
PART = 1000
"""Of a policy: nginx takes no word of more than 4096 bytes (ngx_conf_file.c, NGX_CONF_BUFFER)."""
KEEPALIVE = "keepalive 64; keepalive_timeout 4s;"
"""Shorter than servers keep an idle connection (5 s: node, uvicorn): none is used that is just ending."""
HSTS = "strict-transport-security"
UNBELIEVED = ("Forwarded", "Proxy", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Original-Url", "X-Rewrite-Url")
"""Headers by which a visitor could tell a service lies about itself; `Proxy`: https://httpoxy.org."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """What the gateway is made of."""

    main: Sequence[str]
    """Directives before `events`."""
    http: Sequence[str]
    """Directives and servers of `http` that are the target's own."""
    server: Sequence[str]
    """Directives of the server that visitors reach: `listen`, certificates."""
    inside: str
    """Address and port of a server among `http` that only this machine reaches."""
    names: Sequence[str]
    """The host names it answers to; any other is the target's to refuse."""
    conf: str
    """The folder of the files."""
    data: str
    """A folder of nginx's own, for what passes through and the issuer's keys."""
    authorities: str
    """The file of whom an issuer's HTTPS may be certified by."""
    trusted: Sequence[str] = ()
    """Networks of proxies before this one: their word is taken for a visitor's address and scheme."""
    trust: str
    """The secret that the header `X-Infra-Kit-Cdn` carries when a Cdn before this one forwards a request: its word is
    taken too."""
    resolvers: Sequence[str]
    fixed_hosts: frozenset[str] = frozenset()
    """Names of the machine's hosts file: no name server knows them."""
    props: Mapping[str, Any]
    """As `gateway_routes.plain` gives them. `fronted`: only a Cdn's requests are answered."""


def files(site: Site) -> dict[str, str]:
    """All files of the folder `conf`, by name."""
    return {"nginx.conf": _render(site), **scripts()}


def scripts() -> dict[str, str]:
    return {name: resources.files(__package__).joinpath(name).read_text() for name in SCRIPTS}


def _policy(props: Mapping[str, Any], pattern: str, route: Mapping[str, Any]) -> dict[str, Any]:
    """What the scripts are told of a route."""
    limits = [counted("*", limit) for limit in props["limits"]] + [counted(pattern, limit) for limit in route["limits"]]
    claims = {_claim_variable(header): claim for header, claim in _claims(props).items()}
    return {
        "waf": props["waf"],
        "jwt": {**props["jwt"], "claims": claims, "remembered_ms": KEYS_REMEMBERED_MS} if route["jwt"] else None,
        "by_address": [limit for limit in limits if not limit["claim"]],
        "by_token": [limit for limit in limits if limit["claim"] and route["jwt"]],
    }


def counted(scope: str, limit: Mapping[str, Any]) -> dict[str, Any]:
    """A limit as the scripts count it, in ms. What a visitor has used is kept under `key`, also by a reload."""
    requests, burst, per = int(limit["requests"]), int(limit["burst"]), int(limit["per"]) * 1000
    claims = {"address": None, "user": "sub"}
    return {
        "key": f"{scope} {limit['by']} {requests} {per} {burst}",
        "claim": claims.get(limit["by"], limit["by"].removeprefix("claim:")),
        "requests": requests,
        "most": requests + burst,
        "per": per,
        "step": 1 if requests + burst <= EXACT else max(1, per // EXACT),
    }


def _render(site: Site) -> str:
    routes = nginx.by_precedence(site.props["routes"])
    return "\n".join(
        [
            *site.main,
            "worker_shutdown_timeout 30s;\nevents { worker_connections 4096; }",
            "http {",
            *nginx.general(site.data, site.resolvers),
            *_scripts(site),
            _ambiguous(),
            *_visitor(site),
            *_passing(site),
            *_response_headers(site.props["response_headers"]),
            *(
                nginx.upstream(f"route_{number}", route["host"], int(route["port"]), site.fixed_hosts, KEEPALIVE)
                for number, (_, route) in enumerate(routes)
            ),
            *site.http,
            *_issuer(site),
            " server {",
            *(f"  {line}" for line in site.server),
            f"  server_name {' '.join(site.names)};",
            *(["  if ($by_cdn = 0) { return 403; }"] if site.props["fronted"] else []),
            *(
                line
                for number, (pattern, route) in enumerate(routes)
                for line in _location(site, number, pattern, route)
            ),
            *_keys(site),
            "  location / { return 404; }",
            " }",
            "}\n",
        ]
    )


def _scripts(site: Site) -> list[str]:
    return [
        f' js_path "{site.conf}";\n js_import gateway from gateway.js;',
        " js_shared_dict_zone zone=limits:16m timeout=1d evict;\n js_shared_dict_zone zone=keys:1m timeout=1d evict;",
        " js_var $refusal;",
        *(f" js_var ${_claim_variable(header)};" for header in _claims(site.props)),
        ' map $refusal $refused { default $refusal; "" -; }',
        " log_format gateway '$time_iso8601 $visitor $visitor_scheme $host $request_method $raw_path $status "
        "$body_bytes_sent $request_time $upstream_response_time $refused';",
    ]


def _ambiguous() -> str:
    """Of paths that nginx reads plain, some too: what passes is the same on every target."""
    pattern = ambiguous.PATH.replace("\\", "\\\\")
    return f' map $raw_path $ambiguous {{ default ""; "~*{pattern}" 1; }}'


def _visitor(site: Site) -> list[str]:
    """Who asks, and by what: the word of a trusted proxy, of which the last address is the one that it saw itself."""
    return [
        f" geo $trusted_peer {{ default 0; {' '.join(f'{network} 1;' for network in site.trusted)} }}",
        f' map $http_{nginx.variable(TRUST_HEADER)} $by_cdn {{ default 0; "{site.trust}" 1; }}',
        ' map "$trusted_peer$by_cdn" $believed { default 1; 00 0; }',
        ' map "$believed $http_x_forwarded_for" $visitor '
        '{ default $remote_addr; "~^1 (?:.*[ ,])?(?<told>[0-9A-Fa-f.:]+) *$" $told; }',
        ' map "$believed $http_x_forwarded_proto" $visitor_scheme { default $scheme; "1 http" http; "1 https" https; }',
        *nginx.UPGRADES,
    ]


def _passing(site: Site) -> list[str]:
    return [
        f" client_max_body_size {int(site.props['max_body_mb'])}m;",
        " client_header_timeout 15s;\n client_body_timeout 30s;\n keepalive_min_timeout 1s;",
        " subrequest_output_buffer_size 256k;",
        # What a service sends bit by bit arrives so.
        " proxy_buffering off;\n proxy_buffer_size 16k;\n proxy_buffers 8 16k;",
        # A service must not steer this nginx.
        " proxy_ignore_headers X-Accel-Redirect X-Accel-Expires X-Accel-Limit-Rate X-Accel-Charset;",
        *(f" proxy_set_header {name} {value};" for name, value in _request_headers(site.props).items()),
    ]


def _request_headers(props: Mapping[str, Any]) -> dict[str, str]:
    """What a service gets beside the visitor's own headers, and in place of them."""
    return {
        "Host": "$http_host",
        "Connection": "$connection_asked",
        "Upgrade": "$upgrade",
        "X-Forwarded-For": "$visitor",
        "X-Forwarded-Proto": "$visitor_scheme",
        "X-Forwarded-Host": "$http_host",
        "X-Real-Ip": "$visitor",
        **dict.fromkeys((*UNBELIEVED, TRUST_HEADER), '""'),
        **{header: f"${_claim_variable(header)}" for header in _claims(props)},
    }


def _response_headers(headers: Mapping[str, str]) -> Iterator[str]:
    """These replace a service's own, on every answer, nginx's own errors too. HSTS has no place in plain HTTP
    (https://www.rfc-editor.org/rfc/rfc6797#section-7.2)."""
    for name, value in headers.items():
        yield f" proxy_hide_header {name};"
        if name.lower() == HSTS:
            yield f" map $visitor_scheme $hsts {{ https {nginx.quote(value)}; }}\n add_header {name} $hsts always;"
        else:
            yield f" add_header {name} {nginx.quote(value)} always;"


def _location(site: Site, number: int, pattern: str, route: Mapping[str, Any]) -> list[str]:
    policy = json.dumps(_policy(site.props, pattern, route))
    parts = [policy[begin : begin + PART] for begin in range(0, len(policy), PART)]
    lines = [
        'set $policy "";',
        *(f'set $policy "${{policy}}{nginx.escaped(part)}";' for part in parts),
        "js_access gateway.access;",
        f"proxy_pass http://route_{number};",
    ]
    return _block(f'location ~ "{nginx.regex(pattern)}"', lines)


def _block(head: str, lines: Sequence[str]) -> list[str]:
    return [f"  {head} {{", *(f"   {line}" for line in lines), "  }"]


def _issuer(site: Site) -> list[str]:
    """The issuer's keys: renewed behind the visitors' backs, and used on while he is down or answers with a page.

    A server of its own, because nginx keeps no answer that a script asked for.
    """
    url = _keys_url(site)
    if not url:
        return []
    at = urlsplit(url)
    lines = [
        f"proxy_pass {nginx.quote(at._replace(netloc='issuer', fragment='').geturl())};",
        f'proxy_set_header Host {at.netloc};\n   proxy_set_header Connection "";\n   proxy_pass_request_headers off;',
        f"proxy_read_timeout 5s;\n   proxy_ssl_server_name on;\n   proxy_ssl_name {at.hostname};",
        f'proxy_ssl_verify on;\n   proxy_ssl_verify_depth 5;\n   proxy_ssl_trusted_certificate "{site.authorities}";',
        f"proxy_cache issuer_keys;\n   proxy_cache_key {nginx.quote(url)};\n   proxy_cache_valid 200 {KEYS_SECONDS}s;",
        "proxy_cache_bypass $http_x_again;\n   proxy_no_cache $is_page;\n   proxy_cache_lock on;",
        "proxy_ignore_headers Cache-Control Expires Set-Cookie Vary X-Accel-Redirect X-Accel-Expires;",
        # What is not buffered is not kept.
        "proxy_cache_background_update on;\n   proxy_buffering on;",
        "proxy_cache_use_stale error timeout updating http_403 http_404 http_429 http_500 http_502 http_503 http_504;",
    ]
    return [
        f' proxy_cache_path "{site.data}/keys" keys_zone=issuer_keys:1m inactive={KEYS_DAYS}d use_temp_path=off;',
        " map $upstream_http_content_type $is_page { default 0; ~html 1; }",
        nginx.upstream("issuer", *nginx.address(url), site.fixed_hosts, "keepalive 2;"),
        f" server {{\n  listen {site.inside};\n  server_name {KEYS_HOST};\n  access_log off;",
        *_block(f"location = {KEYS}", lines),
        " }",
    ]


def _keys(site: Site) -> list[str]:
    """Where the scripts ask for them."""
    if not _keys_url(site):
        return []
    lines = [
        f"internal;\n   proxy_pass http://{site.inside}$uri;\n   proxy_pass_request_body off;",
        f"proxy_pass_request_headers off;\n   proxy_set_header Host {KEYS_HOST};",
        "proxy_set_header X-Again $arg_again;",
    ]
    return _block(f"location = {KEYS}", lines)


def _keys_url(site: Site) -> str | None:
    jwt = site.props.get("jwt")
    return jwt["jwks_url"] if jwt else None


def _claims(props: Mapping[str, Any]) -> Mapping[str, str]:
    """The claims that services get, by header."""
    claims: Mapping[str, str] = (props.get("jwt") or {}).get("claims", {})
    return claims


def _claim_variable(header: str) -> str:
    return f"claim_{nginx.variable(header)}"
