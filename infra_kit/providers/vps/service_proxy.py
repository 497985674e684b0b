"""What stands before a service's instances: an nginx that balances over them, under the service's one name.

Docker's DNS would give a new instance's address out before it is well, and has no say in a release. So who serves is
what a release (`scripts/service.sh`) writes into this proxy, which takes it over without dropping a connection. The
proxy itself knows nothing of the spec: no change of a service makes another one. Whoever is new is told of before his
turn: nginx answers 502 where it has looked nobody's name up yet.

An instance that does not answer is passed over for some seconds, and its request goes to the next one unless it may
have changed something. When all are passed over, each is asked all the same, for every one is its own `backup`: else a
request that none answers would take them all away from everybody. Addresses are asked for again after two seconds: an
instance that Docker starts again has another one.
"""

from __future__ import annotations

import pulumi

from infra_kit.component import Scope
from infra_kit.components.service import ServiceSpec
from infra_kit.providers.vps import images, nginx_container, tools
from infra_kit.providers.vps.containers import Container, container
from infra_kit.providers.vps.run import Run

ROLE = "proxy"
PORT = 8080
MEMORY_GB, CPU = 0.0625, 0.5

SERVER = f"""\
server {{
 listen {PORT};
 access_log @log@;
 client_max_body_size 0;
 keepalive_min_timeout 1s;
 location / {{
  proxy_pass http://instances;
  proxy_next_upstream error timeout;
  proxy_next_upstream_timeout 10s;
  proxy_connect_timeout 2s;
  proxy_buffering off;
  proxy_request_buffering off;
  proxy_set_header Host $http_host;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Connection $connection_wanted;
  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  proxy_set_header X-Forwarded-Proto $forwarded_proto;
 }}
}}
server {{ listen 127.0.0.1:8082; access_log off; location / {{ return 200 "@version@"; }} }}"""


def proxy(scope: Scope, network: pulumi.Output[str]) -> Container:
    run = Run(
        image=images.pull(scope, images.NGINX, f"{ROLE}-image"),
        command=nginx_container.COMMAND,
        user=nginx_container.USER,
        memory_gb=MEMORY_GB,
        cpu=CPU,
        health=nginx_container.HEALTH,
        networks=[network],
        files={"nginx.conf": configuration()},
        mounts=[tools.of(scope).holder],
        volumes={nginx_container.DATA: None},
        stop_signal="SIGQUIT",
        pids=64,
    )
    return container(scope, ROLE, run)


def configuration() -> str:
    """nginx.conf, before a release says who serves."""
    folders = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return "\n".join(
        [
            nginx_container.MAIN,
            "worker_shutdown_timeout 60s;",
            "events { worker_connections 4096; }",
            "http {",
            *(f' {kind}_temp_path "{nginx_container.DATA}/{kind}";' for kind in folders),
            # A container has no way out by IPv6.
            f" resolver {nginx_container.DOCKERS_NAMES} valid=2s ipv6=off;",
            " server_tokens off;",
            " access_log off;",
            " log_format answer '$status';",
            " map $http_upgrade $connection_wanted { default upgrade; '' close; }",
            " map $http_x_forwarded_proto $forwarded_proto { default $http_x_forwarded_proto; '' $scheme; }",
            nginx_container.STATUS,
            f" include {nginx_container.DATA}/site*.conf;",
            "}\n",
        ]
    )


def site(spec: ServiceSpec) -> str:
    """What a release fills in."""
    sticky = "sticky cookie infra_kit_instance path=/ httponly; " if spec.sticky_sessions else ""
    return f"upstream instances {{ zone instances 256k; @servers@ {sticky}keepalive 0; }}\n{SERVER}"
