"""What Service, Worker and Job share: as far as no target is asked."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from infra_kit import Job, OtlpSink, Service, Tracing, Worker
from infra_kit.errors import SpecError
from infra_kit.testing import Recording, record

ASKED = {"infra-kit:environment": "staging"}


def told(kind: Any = Service, role: str = "server", **arguments: Any) -> dict[str, str]:
    """The environment of a program on local."""
    given = {"command": ["app"], "tracing": Tracing(), **arguments}
    recording: Recording = record(lambda: kind("api", **given), config=ASKED)
    environment: dict[str, str] = recording.named(f"api-{role}").inputs["environment"]
    return {key: value for key, value in environment.items() if key.startswith("OTEL_")}


@pytest.mark.parametrize("kind", [Service, Worker, Job])
def test_a_traced_program_is_told_all_by_the_standard_variables(kind: Any) -> None:
    assert told(kind, image="registry.example:5000/shop/api:1.4") == {
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:21000/api",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
        "OTEL_TRACES_SAMPLER_ARG": "0.1",
        "OTEL_SERVICE_NAME": "api",
        "OTEL_RESOURCE_ATTRIBUTES": "service.namespace=test,deployment.environment.name=staging,service.version=1.4",
        "OTEL_METRICS_EXPORTER": "none",
        "OTEL_LOGS_EXPORTER": "none",
    }


def test_one_that_is_not_traced_is_told_nothing() -> None:
    assert told(tracing=None) == {}


def test_the_version_is_a_digest_where_the_image_has_one() -> None:
    digest = f"sha256:{'0a' * 32}"
    attributes = told(image=f"registry.example:5000/api:1.4@{digest}")["OTEL_RESOURCE_ATTRIBUTES"]
    assert attributes.endswith(f",service.version={digest.replace(':', '%3A')}")
    assert "service.version" not in told(image="registry.example:5000/api")["OTEL_RESOURCE_ATTRIBUTES"]


def test_in_development_every_trace_is_kept_unless_another_share_is_said() -> None:
    def share(tracing: Tracing) -> str:
        made = record(lambda: Service("api", command=["app"], tracing=tracing))
        return str(made.named("api-server").inputs["environment"]["OTEL_TRACES_SAMPLER_ARG"])

    assert (share(Tracing()), share(Tracing(share=0.25))) == ("1", "0.25")


def test_what_describes_the_program_is_the_users_where_he_says_it() -> None:
    own = {"OTEL_SERVICE_NAME": "shop", "OTEL_METRICS_EXPORTER": "prometheus"}
    assert told(environment=own).items() >= own.items()
    assert "OTEL_SERVICE_NAME" not in told(secrets={"OTEL_SERVICE_NAME": "hidden"})


@pytest.mark.parametrize("key", ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_TRACES_SAMPLER_ARG"])
def test_where_traces_go_and_how_many_is_said_once(key: str) -> None:
    with pytest.raises(SpecError, match=f"environment: {key} is set by infra_kit"):
        told(environment={key: "mine"})
    assert told(tracing=None, environment={key: "mine"}) == {key: "mine"}


@pytest.mark.parametrize("share", [0, -0.1, 1.1])
def test_a_share_is_above_none_and_at_most_all(share: float) -> None:
    with pytest.raises(SpecError, match="Tracing: share: more than 0 and at most 1 is needed"):
        Tracing(share=share)


@pytest.mark.parametrize(
    "url", ["api.axiom.co", "https://api.axiom.co/", "https://user:word@x.example", "https://x.example?a=b", "ftp://x"]
)
def test_a_sink_is_a_plain_url(url: str) -> None:
    with pytest.raises(SpecError, match="OtlpSink: url: a URL without a user, a query"):
        OtlpSink(url=url)


def test_headers_go_over_no_network_in_clear() -> None:
    with pytest.raises(SpecError, match=r"they would go over the network in clear; take https://"):
        OtlpSink(url="http://collector.example:4318", headers={"Authorization": "x"})
    with pytest.raises(SpecError, match="headers: one stands twice"):
        OtlpSink(url="https://x.example", headers={"Authorization": "x", "authorization": "y"})
    assert OtlpSink(url="http://127.0.0.1:4318", headers={"X": "y"}).url == "http://127.0.0.1:4318"
    assert OtlpSink(url="http://collector.example:4318").headers == {}


def test_headers_of_a_sink_are_secret_wherever_they_are_said() -> None:
    def program() -> None:
        headers = {"Authorization": pulumi.Output.concat("Bearer ", "hidden")}
        sink = OtlpSink(url="https://api.axiom.co", headers=headers)
        Service("api", command=["app"], tracing=Tracing(to=sink))

    made = record(program)
    receiver = made.named("local-traces-server")

    assert receiver.inputs["sinks"] == {
        "api": {"url": "https://api.axiom.co", "headers": {"Authorization": "Bearer hidden"}}
    }
    assert "sinks" in receiver.secret_inputs
    assert all("hidden" not in str(it.inputs) for it in made.resources if it is not receiver)


def test_all_of_a_stack_are_kept_by_one_receiver() -> None:
    def program() -> None:
        Service("api", command=["app"], tracing=Tracing())
        Worker("mailer", command=["app"], tracing=Tracing())
        Service("quiet", command=["app"])

    made = record(program)
    assert [it.name for it in made.resources if it.type.endswith("TracesServer")] == ["local-traces-server"]
