"""Service on Google Cloud: Cloud Run, which starts instances, checks them and gives them requests.

- Private: from the internet nothing comes in but what a `Gateway` sends. A service that no gateway leads to takes
  requests from inside the project's networks only, and only from who may invoke it: a link grants that to the caller's
  account. The caller shows who it is by a token of its account for the service's URL, in the header
  `X-Serverless-Authorization` (or `Authorization`): Google's libraries fetch one, and so does a request to the metadata
  server (https://cloud.google.com/run/docs/authenticating/service-to-service). One that a gateway leads to answers
  whoever comes by the gateway or from inside, because a load balancer has no identity to show. Both is said in the
  plan.
- An instance has its CPU always, also between requests; so the least is one CPU (`workload_sizes`). As many are there
  as `min_instances`, and more by use of CPU and by requests at a time; not by memory or by requests a minute, which
  Cloud Run does not look at (https://cloud.google.com/run/docs/about-instance-autoscaling). Where the number is fixed,
  an instance takes as many requests at a time as Cloud Run lets it: there is no other one to wait for.
- `sticky_sessions` is by a cookie of Cloud Run's, which sends a visitor elsewhere when the instance is full
  (https://cloud.google.com/run/docs/configuring/session-affinity).
- A new version is started whole beside the old one and gets all requests once it is well; if it does not become so, the
  old one goes on and `up` fails. It is well after one check: what Cloud Run has for more is a preview
  (https://cloud.google.com/run/docs/configuring/healthchecks).
- To try a version before it gets requests takes two updates of a service, one that starts it at 0 % under a tag and one
  that sends it all, and the first has to name the version that serves until then
  (https://cloud.google.com/run/docs/rollouts-rollbacks-traffic-migration). A resource is updated once an `up`, and a
  program does not know what the last one made. Cloud Deploy takes both steps, with a test between, but only for a
  release that a command creates; Pulumi has no resource for one (https://cloud.google.com/deploy/docs/verify-deployment).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

import pulumi
from pulumi_gcp import cloudrunv2

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.service import Service, ServiceEndpoint, ServiceSpec
from infra_kit.durations import seconds
from infra_kit.errors import SpecError
from infra_kit.links import Grant, Link
from infra_kit.providers.gcp import service_checks, workload_logs, workloads
from infra_kit.providers.gcp.grants import GcpGrant, Permission
from infra_kit.providers.gcp.place import region

SUPPORTS = workloads.SUPPORTS | {features.AUTOSCALING, features.STICKY_SESSIONS}

HINTS = workloads.HINTS | {
    features.BLUE_GREEN: "Cloud Run starts a new version whole beside the old one and switches once its health check "
    "is well; to hold it back until it was tried takes a second update, and an up makes one: leave strategy out",
    features.SMOKE_TESTS: "Cloud Run asks a new version its health check's path alone. To try one that gets no "
    "requests, deploy it from the pipeline (gcloud run deploy --no-traffic --tag green)",
    features.ERROR_ROLLBACK: "Cloud Run does not look at a new version's answers; leave max_error_percent out, watch "
    "the metric request_count, and go back with gcloud run services update-traffic",
    features.SCALING_BY_MEMORY: "Cloud Run scales by CPU and by requests at a time, and ends an instance that needs "
    "more memory than it has; give it enough memory_gb, and leave scaling.memory_percent out",
    features.SCALING_BY_REQUESTS: "Cloud Run scales by CPU and by requests at a time, not by requests a minute; leave "
    "scaling.requests_per_instance out",
}

PORT = 443
MOST_AT_A_TIME = 1000
"""Requests of one instance (https://cloud.google.com/run/docs/about-concurrency)."""
PRIVATE, BEHIND_A_GATEWAY = "INGRESS_TRAFFIC_INTERNAL_ONLY", "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
INVOKER = "roles/run.invoker"

T = TypeVar("T")


@dataclass
class Door:
    """Whether a gateway leads to a service: known once the program has been read, for the gateway comes later in it."""

    gateways: list[str] = field(default_factory=list)
    decided: bool = False

    def either(self, behind_a_gateway: T, private: T) -> pulumi.Output[T]:
        async def decide() -> T:
            self.decided = True
            return behind_a_gateway if self.gateways else private

        return pulumi.Output.from_input(decide())

    def open(self, scope: Scope, service: Service) -> None:
        """For the gateway of the scope. Raises `SpecError` where it comes too late."""
        if self.decided:
            raise SpecError(
                f"{scope.what}: routes: Service {service.name!r} has been made as one that no gateway leads to: this "
                "was made in an apply, or after an await. Make it where the program makes its services."
            )
        if scope.name not in self.gateways:
            _say(scope, service)
        self.gateways.append(scope.name)


def _say(scope: Scope, service: Service) -> None:
    pulumi.log.info(
        f"{scope.what}: routes: Service {service.name!r} on gcp answers whoever asks it from inside of the project's "
        "networks from now on, linked or not, for a load balancer shows no identity: let it check what callers must "
        "prove, or keep what the inside alone may call in a Service that no gateway leads to.",
        scope.parent,
    )


@dataclass(frozen=True, kw_only=True)
class GcpService:
    """A service's handles, for gateways and callers."""

    name: pulumi.Output[str]
    region: pulumi.Output[str]
    door: Door


def create(scope: Scope, spec: ServiceSpec) -> ServiceEndpoint:
    service_checks.check(scope, spec)
    door = Door()
    made = workloads.workload(scope, spec)
    service = scope.resource(
        "service",
        cloudrunv2.Service,
        depends_on=made.needs,
        **made.settings,
        ingress=door.either(BEHIND_A_GATEWAY, PRIVATE),
        invoker_iam_disabled=door.either(True, False),  # noqa: FBT003  the values themselves
        scaling={"min_instance_count": spec.min_instances},
        template={**made.template, **_template(spec), "containers": _containers(spec, made)},
    )
    log = pulumi.Output.format(
        'resource.type="cloud_run_revision" AND resource.labels.service_name="{0}"', service.name
    )
    workload_logs.keep(scope, spec, log)
    return ServiceEndpoint(
        url=service.uri,
        host=service.uri.apply(lambda uri: uri.removeprefix("https://")),
        port=pulumi.Output.from_input(PORT),
        native=GcpService(name=service.name, region=region(scope), door=door),
    )


def _template(spec: ServiceSpec) -> dict[str, Any]:
    grows = spec.most_instances > spec.min_instances
    scaling = {"max_instance_count": spec.most_instances}
    return {
        "execution_environment": "EXECUTION_ENVIRONMENT_GEN2",
        "session_affinity": spec.sticky_sessions,
        "max_instance_request_concurrency": None if grows else MOST_AT_A_TIME,
        "scaling": {**scaling, "cpu_utilization": (spec.scaling.cpu_percent or 0) / 100} if grows else scaling,
    }


def _containers(spec: ServiceSpec, made: workloads.Workload) -> list[dict[str, Any]]:
    own, *beside = ({**each, "resources": {**each["resources"], "cpu_idle": False}} for each in made.containers)
    return [{**own, "ports": {"container_port": spec.port}, **_probes(spec)}, *beside]


def _probes(spec: ServiceSpec) -> dict[str, Any]:
    health = spec.health
    timeout = seconds(health.timeout)
    asks = {"http_get": {"path": health.path, "port": spec.port}, "timeout_seconds": timeout}
    # All of them together are bounded (`service_checks`), so no part of a try more.
    tries = max(1, seconds(health.start_timeout) // timeout)
    return {
        # A check follows the last one as soon as that one may be over: a new version shall not wait for it.
        "startup_probe": {**asks, "period_seconds": timeout, "failure_threshold": tries},
        "liveness_probe": {
            **asks,
            "period_seconds": seconds(health.interval),
            "failure_threshold": health.unhealthy_after,
        },
    }


def link(scope: Scope, link: Link) -> Grant:
    endpoint: ServiceEndpoint = link.to.endpoint
    service = scope.native(link.to, GcpService)
    pulumi.log.info(
        f"{scope.what}: links: {link} on gcp wants to know who calls: send a token of this component's account for "
        f"{link.name}_URL in the header X-Serverless-Authorization "
        "(https://cloud.google.com/run/docs/authenticating/service-to-service).",
        scope.parent,
    )
    where = {"name": service.name, "location": service.region}
    calls = Permission(kind=cloudrunv2.ServiceIamMember, role=INVOKER, where=where)
    return endpoint.grant(native=GcpGrant(permissions={"invoker": calls}))
