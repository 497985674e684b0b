"""Cdn on a VPS: a cache behind the host's one edge proxy."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest

from infra_kit import Cdn, Environment, EventBus, Gateway, ObjectStore, Pooling, Postgres, Redis, Stream, Target
from infra_kit.errors import ConfigError, SpecError, UnsupportedFeatureError
from infra_kit.providers.vps.edge import caddyfile
from infra_kit.providers.vps.settings import VpsSettings
from infra_kit.testing import Recording, record
from tests.unit.providers.vps.workloads import networks as joined
from tests.unit.providers.vps.workloads import service, uploads

HOST = VpsSettings(host="vps-1.example.com", host_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey", user="deploy")
ROUTES = {"/*": "https://origin.example.com"}


def on(environment: Environment = Environment.STAGING, host: str = HOST.host) -> Target:
    return Target(name="vps", app="shop", environment=environment, settings=HOST.model_copy(update={"host": host}))


def cdn(target: Target | None = None, **asked: Any) -> Recording:
    return record(lambda: Cdn("edge", target=target or on(), **{"routes": ROUTES, **asked}))


def conf(made: Recording, name: str = "edge") -> str:
    uploads = made.named(f"{name}-cache-files").inputs["uploads"]
    (text,) = [upload["content"] for upload in uploads if upload["file"].endswith("nginx.conf")]
    return str(text)


def site(made: Recording, name: str = "edge") -> str:
    told = re.search(r"SITE='(.*?)'\nSITES=", made.named(f"{name}-site").inputs["stdin"], re.DOTALL)
    assert told
    return told[1]


def test_of_everything_on_a_host_only_the_edge_is_published_and_only_at_80_and_443() -> None:
    target = on(Environment.DEVELOPMENT)

    def program() -> None:
        files = ObjectStore("files", target=target)
        Postgres("db", target=target, read_replicas=1, pooling=Pooling())
        Redis("cache", target=target)
        EventBus("bus", target=target, streams={"LEADS": Stream(subjects=["lead.*"])})
        Cdn("edge", target=target, routes={"/*": files})

    containers = record(program).of_type("docker:index/container:Container")
    published = {
        it.name: [port["external"] for port in it.inputs["ports"]] for it in containers if "ports" in it.inputs
    }

    assert published == {"vps-edge-proxy": [80, 443]}
    assert not [it.name for it in containers if it.inputs.get("networkMode") == "host"]


def two(first: str, second: str) -> Recording:
    def program() -> None:
        for name in (first, second):
            Cdn(name, target=on(), routes=ROUTES, domains=[f"{name}.example.com"])

    return record(program)


def test_a_host_has_one_edge_whoever_needs_it_first() -> None:
    made = two("www", "app")

    assert [it.name for it in made.of_type("infra-kit:index:Edge")] == ["vps-edge"]
    assert made.named("vps-edge-proxy").parent == made.named("vps-edge").urn
    assert {it.urn for it in made.resources} == {it.urn for it in two("app", "www").resources}
    assert (site(made, "www").split(" ")[0], site(made, "app").split(" ")[0]) == ("www.example.com", "app.example.com")


def test_a_host_without_a_cdn_has_no_edge() -> None:
    made = record(lambda: ObjectStore("files", target=on()))

    assert "vps-edge" not in {resource.name for resource in made.resources}


def test_certificates_outlive_the_edge_and_in_production_are_protected() -> None:
    options = cdn(on(Environment.PRODUCTION)).named("vps-edge-data").options

    assert (options.protect, options.retain_on_delete) == (True, True)


def test_the_site_waits_for_a_cache_that_is_replaced_and_goes_with_the_cdn() -> None:
    made = cdn(domains=["www.example.com", "example.com"])

    assert site(made) == (
        "www.example.com, example.com {\n reverse_proxy edge-cache:8080 {\n  lb_try_duration 30s\n }\n}"
    )
    gone = made.named("edge-site").inputs["delete"]
    assert gone.startswith("CONTAINER=vps-edge-proxy\n")
    assert "SITE=''" in gone.replace("'\"'\"'", "'")
    assert made.named("vps-edge-proxy").inputs["hostname"] == "vps-edge-proxy"


def test_a_domain_is_served_by_one_cdn_only() -> None:
    def program() -> None:
        Cdn("www", target=on(), routes=ROUTES, domains=["www.example.com"])
        Cdn("app", target=on(), routes=ROUTES, domains=["www.example.com"])

    with pytest.raises(SpecError, match=r"Cdn 'app': domains: www\.example\.com is served by 'www' already"):
        record(program)


def test_a_wildcard_is_a_gap_because_its_certificate_takes_a_dns_record() -> None:
    with pytest.raises(UnsupportedFeatureError, match=r"wildcard-domains: .*name each domain"):
        cdn(domains=["*.example.com"])


def test_without_domains_it_answers_to_the_hosts_own_name_with_a_certificate() -> None:
    made = cdn()

    assert made.named("edge").outputs["url"] == "https://vps-1.example.com"
    assert site(made).startswith("vps-1.example.com {")


@pytest.mark.parametrize("environment", [Environment.DEVELOPMENT, Environment.PREVIEW])
def test_a_host_without_a_name_has_plain_http_for_trying_things_out(environment: Environment) -> None:
    made = cdn(on(environment, "203.0.113.7"))

    assert made.named("edge").outputs["url"] == "http://203.0.113.7"
    assert "Strict-Transport-Security" not in conf(made)


@pytest.mark.parametrize("environment", [Environment.STAGING, Environment.PRODUCTION])
def test_elsewhere_plain_http_is_refused(environment: Environment) -> None:
    with pytest.raises(SpecError, match=r"say domains=\['www.example.com'\]"):
        cdn(on(environment, "203.0.113.7"))


def test_browsers_are_told_to_stay_with_https_unless_the_spec_says_otherwise() -> None:
    assert '\\"Strict-Transport-Security\\": \\"max-age=63072000\\"' in conf(cdn())
    said = conf(cdn(response_headers={"strict-transport-security": "max-age=60"}))
    assert '{\\"strict-transport-security\\": \\"max-age=60\\"}' in said


def test_a_bucket_is_read_with_the_key_that_only_reads() -> None:
    def program() -> None:
        Cdn("edge", target=on(), routes={"/*": ObjectStore("files", target=on())})

    made = record(program)

    assert 'set $s3_access_key "INFRAKITCDN";' in conf(made)
    assert "server files-server:8333 resolve;" in conf(made)
    assert made.named("edge-cache-files").secret_inputs == {"uploads"}


def test_the_cache_is_the_containers_own() -> None:
    assert {"containerPath": "/tmp", "readOnly": False} in cdn().named("edge-cache").inputs["volumes"]  # noqa: S108


def networks(made: Recording) -> list[str]:
    return [network["name"] for network in made.named("edge-cache").inputs["networksAdvanced"]]


def test_the_edge_needs_no_network_but_its_own() -> None:
    made = cdn()

    assert networks(made) == [made.named("vps-edge-network").outputs["name"]]
    assert "vps-network" not in {resource.name for resource in made.resources}


def test_the_cache_joins_the_network_of_each_store_and_reads_it_there_whatever_is_published() -> None:
    published = HOST.model_copy(update={"private_address": "192.168.7.2", "private_ports": {"files": 18_333}})
    target = Target(name="vps", environment=Environment.STAGING, settings=published)

    def program() -> None:
        files = ObjectStore("files", target=target)
        Cdn("edge", target=target, routes={"/*": files, "/media/*": files})

    made = record(program)

    assert made.named("files").outputs["s3_endpoint"] == "http://192.168.7.2:18333"
    assert "server files-server:8333 resolve;" in conf(made)
    assert networks(made) == [made.named(name).outputs["name"] for name in ("vps-edge-network", "vps-network-data")]


@pytest.mark.parametrize(("ports", "refused"), [({}, True), ({"files": 18_333}, False)])
def test_a_store_of_another_host_is_read_where_that_publishes_it(ports: dict[str, int], refused: bool) -> None:
    changes = {"host": "vps-2.example.com", "private_address": "192.168.7.3", "private_ports": ports}
    other = Target(name="vps", alias="two", environment=Environment.STAGING, settings=HOST.model_copy(update=changes))

    def program() -> None:
        Cdn("edge", target=on(), routes={"/*": ObjectStore("files", target=other)})

    if refused:
        with pytest.raises(SpecError, match=r"its origin 'files' is on another host, 'two', which does not publish it"):
            record(program)
    else:
        assert "server 192.168.7.3:18333;" in conf(record(program))


def test_two_targets_of_one_host_are_refused_by_their_names() -> None:
    def program() -> None:
        Redis("one", target=on())
        Redis("two", target=Target(name="vps", alias="second", environment=Environment.STAGING, settings=HOST))

    with pytest.raises(ConfigError, match=r"'second' and 'vps' are both the host vps-1\.example\.com"):
        record(program)


def test_a_new_release_is_a_new_configuration() -> None:
    assert conf(cdn(release="v1")) != conf(cdn(release="v2"))


def test_the_visitors_scheme_and_address_are_the_edges_word() -> None:
    text = conf(cdn())

    assert "proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;" in text
    assert "real_ip_header X-Forwarded-For;" in text


def test_caddys_own_interface_stays_in_its_container_and_unknown_names_get_nothing() -> None:
    assert "admin 127.0.0.1:2019" in caddyfile(None)
    assert "\nhttp:// {\n abort\n}\n" in caddyfile(None)
    assert "email ops@example.com" in caddyfile("ops@example.com")
    assert "acme_ca" not in caddyfile(None)
    assert " acme_ca https://acme.example.com/directory\n" in caddyfile(None, "https://acme.example.com/directory")


def test_what_the_edge_answered_is_counted_by_name_and_told_at_a_port_that_is_not_published() -> None:
    assert " metrics {\n  per_host\n }\n" in caddyfile(None)
    assert caddyfile(None).endswith("http://:2020 {\n metrics\n}\n")


def before_a_gateway(environment: Environment = Environment.STAGING, **asked: Any) -> Recording:
    target = on(environment)

    def program() -> None:
        api = service(target=target)
        inner = Gateway("inner", target=target, routes={"/*": api}, public=False)
        routes = {"/*": inner, "/static/*": ObjectStore("files", target=target)}
        Cdn("edge", target=target, **{"routes": routes, "domains": ["www.example.com"], **asked})

    return record(program)


def test_a_gateway_behind_it_has_no_name_at_the_edge_and_answers_it_alone() -> None:
    made = before_a_gateway()
    inner = uploads(made, "inner-server-files")["/run/infra-kit/nginx.conf"]
    trust = made.named("inner-trust").outputs["result"]

    assert "inner-site" not in {it.name for it in made.resources}
    assert "if ($by_cdn = 0) { return 403; }" in inner
    assert "geo $trusted_peer { default 0;  }" in inner
    assert f'"{trust}" 1;' in inner
    assert f'proxy_set_header X-Infra-Kit-Cdn "{trust}";' in conf(made)
    assert joined(made, "edge-cache") & joined(made, "inner-server") == {"vps-edge-network"}
    assert made.named("edge-cache-files").secret_inputs == {"uploads"}


def test_a_gateway_gets_all_of_a_request_with_the_visitors_address() -> None:
    text = conf(before_a_gateway())

    assert "server inner-server:8080 resolve;" in text
    assert "proxy_pass http://origin_1$raw_path$is_args$args;" in text
    for line in ("proxy_pass_request_headers on;", "proxy_set_header Host $http_host;", "proxy_cache off;"):
        assert line in text
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in text


def test_production_takes_a_gateway_without_domains_behind_a_cdn_with_some() -> None:
    made = before_a_gateway(Environment.PRODUCTION)

    assert made.named("edge").outputs["url"] == "https://www.example.com"
    assert (made.named("inner").outputs["url"], made.named("inner").outputs["domain"]) == (
        "http://inner-server:8080",
        "inner-server",
    )
    assert "X-Frame-Options" in conf(made)
    assert "X-Frame-Options" not in uploads(made, "inner-server-files")["/run/infra-kit/nginx.conf"]


def test_a_gateway_of_another_host_is_refused() -> None:
    def program() -> None:
        api = service(target=on())
        inner = Gateway("inner", target=on(), routes={"/*": api}, public=False)
        other = dataclasses.replace(on(host="vps-2.example.com"), alias="other")
        Cdn("edge", target=other, routes={"/*": inner})

    with pytest.raises(SpecError, match="Cdn 'edge': routes: Gateway 'inner' is on another host, 'vps'"):
        record(program)
