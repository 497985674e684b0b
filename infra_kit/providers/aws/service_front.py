"""A container beside each instance of a service: what its health is asked by, and the end of a load balancer's TLS.

ECS asks no address of a container, it runs a command within one; which commands an image has, nobody knows. So this one
asks: when the service's path does not answer well, the task is not well, and is replaced. And a load balancer, which
trusts any certificate of its targets, speaks TLS with it: nothing goes over the network in clear. A body beyond the
gateway's `max_body_mb` is refused here too, whether its length is said before or not; a load balancer has no such
bound. It compares paths as they were written, so one that the service may read as another is answered 400 here; and of
what a visitor says of himself, nothing gets through. And it puts on answers what headers a load balancer cannot.

A new instance is asked the smoke tests first, until they went well once: before, it is not well, and answers visitors
503, so that a load balancer sends it none and nobody learns of it by its name.

It is Caddy (https://caddyserver.com), which makes its own certificate, and BusyBox, which its image has. It comes from
the copy of Docker's official images at ECR Public, which limits nobody who asks from AWS. The task has its memory
beyond what the service asks for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi

from infra_kit.components.service import ServiceSpec
from infra_kit.durations import seconds
from infra_kit.providers.aws import service_checks
from infra_kit.providers.aws.service_release import Led
from infra_kit.providers.aws.workload_containers import Definition, temporary
from infra_kit.providers.common import ambiguous, answers, caddy
from infra_kit.providers.common.gateway_nginx import UNBELIEVED
from infra_kit.providers.common.gathered import Gathered

NAME = "infra_kit_front"
"""What no component can be called."""
IMAGE = f"public.ecr.aws/docker/library/caddy@sha256:{caddy.SHA256}"
"""By its digest alone: ECS takes a tag or a digest
(https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html)."""
MOST_TIMEOUT = 60
"""Seconds (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html)."""
MEMORY = 128
"""MiB, at most; it needs about 30."""
PORTS = (8443, 9443)
"""Where it listens: at the first, unless that is the service's own."""
DATA = "/data"
COMMAND = f'printf %s "$CADDYFILE" >{DATA}/Caddyfile && exec caddy run --config {DATA}/Caddyfile --adapter caddyfile'
"""Caddy takes the shell's place, so that what ECS says to the container (SIGTERM), it hears."""
TRIED = "tried"
"""A file that says that the smoke tests went well."""

BYTES = 1024 * 1024

CADDYFILE = """{{
	admin off
	persist_config off
	skip_install_trust
	auto_https disable_redirects
	default_sni localhost
	fallback_sni localhost
}}
https://localhost:{port}, https://:{port} {{
	tls internal
{headers}	@large header_regexp Content-Length {larger}
	error @large 413
	@ambiguous vars_regexp {{http.request.orig_uri}} `(?i)^[^?]*?({ambiguous})`
	error @ambiguous 400
	request_body {{
		max_size {most}
	}}
{gate}	reverse_proxy 127.0.0.1:{service} {{
		trusted_proxies 0.0.0.0/0 ::/0
		header_up X-Forwarded-For `{visitor}` $1
		header_up X-Forwarded-Host {{http.request.hostport}}
{unbelieved}{replaced}	}}
}}
"""
"""A load balancer names no host in its handshake, and nobody else reaches it. It says itself by which scheme it was
asked, and puts the address that it was asked from behind those that a visitor claims; a host it hands on as claimed.
Headers of answers are put on before there is one, so that errors have them too, and the service's own are taken off."""


GATE = f"""	@untried not file {{
		root {DATA}
		try_files /{TRIED}
	}}
	error @untried 503
"""


CHECK = """\
ask() {{ timeout {timeout} nc 127.0.0.1 {port} -e sh -c "$ANSWERS" sh "$1"; }}
enough() {{ [ "$(wc -l <{row})" -ge {healthy_after} ]; }}
{smoke_tests}touch {row}
if ! ask {path}; then enough || : >{row}; exit 1; fi
enough || echo >>{row}
enough
"""
"""What ECS runs again and again. A new instance is well once it was so `healthy_after` times in a row; from then on it
is as well as its last answer."""

SMOKE_TESTS = """\
if [ ! -f {tried} ]; then
  failed=0
  for path in {paths}; do ask $path || failed=$((failed + 1)); done
  [ $failed -le {most} ] || exit 1
  touch {tried}
fi
"""


def port(spec: ServiceSpec) -> int:
    return next(port for port in PORTS if port != spec.port)


def container(spec: ServiceSpec, log: Mapping[str, pulumi.Input[str]], gateways: Gathered[Led]) -> Definition:
    return {
        "name": NAME,
        "image": IMAGE,
        "essential": True,
        "memory": MEMORY,
        "entryPoint": ["/bin/sh", "-c"],
        "command": [COMMAND],
        "environment": [
            {"name": "CADDYFILE", "value": gateways.then(lambda led: caddyfile(spec, led))},
            {"name": "ANSWERS", "value": answers.script()},
            {"name": "XDG_CONFIG_HOME", "value": DATA},
            {"name": "XDG_DATA_HOME", "value": DATA},
        ],
        "portMappings": [{"containerPort": port(spec), "hostPort": port(spec), "protocol": "tcp"}],
        "mountPoints": [{**temporary(DATA), "sourceVolume": NAME}],
        "readonlyRootFilesystem": True,
        "stopTimeout": seconds(spec.stop_timeout),
        "healthCheck": _health(spec),
        "logConfiguration": {"logDriver": "awslogs", "options": {**log, "awslogs-stream-prefix": NAME}},
    }


def caddyfile(spec: ServiceSpec, gateways: Sequence[Led]) -> str:
    most = max((led.max_body_mb for led in gateways), default=1) * BYTES
    # Of several gateways that say a header, the one that the program makes first.
    headers = {name: value for led in reversed(gateways) for name, value in led.headers.items()}
    return CADDYFILE.format(
        port=port(spec),
        service=spec.port,
        most=most,
        larger=above(most),
        headers="".join(f"\theader {name} `{value}`\n" for name, value in headers.items()),
        replaced="".join(f"\t\theader_down -{name}\n" for name in headers),
        gate=GATE if spec.release.smoke_tests else "",
        ambiguous=ambiguous.PATH,
        visitor=_visitor(gateways),
        unbelieved="".join(f"\t\theader_up -{name}\n" for name in _unbelieved(gateways)),
    )


def _unbelieved(gateways: Sequence[Led]) -> list[str]:
    """Of headers of claims too, which a load balancer does not make."""
    return [*UNBELIEVED, *sorted({name for led in gateways for name in led.claim_headers})]


def _visitor(gateways: Sequence[Led]) -> str:
    """Finds the visitor's address before those of the proxies, CloudFront and the load balancer. Where a service is
    behind a Cdn and public too, it is CloudFront's for some: better than one that was made up."""
    proxies = 2 if gateways and not any(led.public for led in gateways) else 1
    return rf"^(?:.*,)?\s*([^,\s]+)(?:\s*,[^,]*){{{proxies}}}$"


def above(number: int) -> str:
    """A regular expression that fits all whole numbers above this one, and no other."""
    digits = str(number)
    longer = f"[1-9][0-9]{{{len(digits)},}}"
    larger = [
        f"{digits[:at]}[{int(digit) + 1}-9][0-9]{{{len(digits) - at - 1}}}"
        for at, digit in enumerate(digits)
        if digit != "9"
    ]
    return f"^0*({'|'.join([longer, *larger])})$"


def _health(spec: ServiceSpec) -> dict[str, object]:
    health, asked = spec.health, 1 + len(spec.release.smoke_tests)
    return {
        "command": ["CMD-SHELL", script(spec)],
        "interval": seconds(health.interval),
        "timeout": min(seconds(health.timeout) * asked, MOST_TIMEOUT),
        "retries": health.unhealthy_after,
        # Until it was well so often in a row, a check fails, and that is no fault then.
        "startPeriod": min(service_checks.well_after(health), service_checks.MOST_START_SECONDS),
    }


def script(spec: ServiceSpec, folder: str = DATA) -> str:
    """Asks the service. What a path may hold, a shell takes as it is."""
    health, release = spec.health, spec.release
    most = len(release.smoke_tests) * release.max_smoke_failures_percent // 100
    tried = {"paths": " ".join(release.smoke_tests), "most": most, "tried": f"{folder}/{TRIED}"}
    asked = {"timeout": seconds(health.timeout), "port": spec.port, "path": health.path}
    return CHECK.format(
        **asked,
        smoke_tests=SMOKE_TESTS.format(**tried) if release.smoke_tests else "",
        row=f"{folder}/row",
        healthy_after=health.healthy_after,
    )
