"""ObjectStore on a VPS: a SeaweedFS container with one bucket, reached inside of the host's Docker network.

The bucket's name is not made unique: its server has no other; and it stays, whatever the component is called since.
Nothing is published to the internet: what everybody is to read goes through a Cdn, which has a key of its own that only
reads. Settings of the bucket are brought to what is declared by a script in the container, because the S3 API is
reached from nowhere else.

weed's own parts talk gRPC with certificates, on every address of the container: the certificate is made on the host,
once, and is kept in the volume; it never comes to the state. Encryption at rest is the disk's (the host's): weed would
keep its keys beside what they encrypt.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from xml.sax.saxutils import escape

import pulumi
import pulumi_docker as docker

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.object_store import (
    CorsRule,
    LifecycleRule,
    ObjectStoreEndpoint,
    ObjectStoreSpec,
    prefix_of,
)  # fmt: skip
from infra_kit.links import Grant, Link
from infra_kit.naming import child
from infra_kit.providers.common import seaweed
from infra_kit.providers.common.link_users import user_name
from infra_kit.providers.common.passwords import password
from infra_kit.providers.vps import images, only_here, ssh
from infra_kit.providers.vps.addresses import address, data_networks
from infra_kit.providers.vps.births import born_as
from infra_kit.providers.vps.composed import CONF, listed, scripts
from infra_kit.providers.vps.containers import FILES, Container, container, volume
from infra_kit.providers.vps.link_networks import Reached, way
from infra_kit.providers.vps.network import VpsNetwork
from infra_kit.providers.vps.run import Run
from infra_kit.providers.vps.scripts import script, told

SUPPORTS = frozenset({features.VERSIONING, features.EXPIRE, features.RETENTION_LOCK, features.CORS})

HINTS = {
    features.ARCHIVE: "SeaweedFS refuses lifecycle transitions, and a host has no cheaper storage to move objects to",
    features.PUBLIC_READ: "only the edge is reached from outside; put a Cdn in front: Cdn(…, routes={'/*': store})",
}

CAVEATS = ("without a Backup its objects have no copy away from the host",)

PORT = 8333
USER = "1000:1000"
"""`seaweed` of the image (https://github.com/seaweedfs/seaweedfs/blob/master/docker/Dockerfile.go_build)."""
MEMORY_GB, CPU = 1.0, 1.0
"""What one process of weed with all its parts is given: overrides={"server": {"memory": <MiB>, "cpus": "2"}}."""
DATA, TLS = "/data", "/data/tls"


@dataclass(frozen=True, kw_only=True)
class VpsBucket:
    """How a Cdn of the same host reads it."""

    network: pulumi.Output[str]
    origin: pulumi.Output[str]
    """Its address in that Docker network, wherever else it is published."""
    access_key: str
    """Of the pair that only reads."""
    secret_key: pulumi.Output[str]
    reached: Reached
    server: Container
    settled: pulumi.Resource


def create(scope: Scope, spec: ObjectStoreSpec) -> ObjectStoreEndpoint:
    only_here.warn(scope, *CAVEATS)
    bucket = born_as(scope, "bucket-name", seaweed.bucket_name(scope.target.app, scope.name))
    image = images.pull(scope, images.SEAWEEDFS)
    data = volume(scope, "data")
    keys = {role: password(scope, role).result for role in ("admin-key", "app-key", "cdn-key", "tokens")}
    certificate = _certificate(scope, image, data)
    server = _server(scope, image, data, _files(bucket, keys), certificate)
    settled = _settle(scope, spec, bucket, server)
    where = address(scope, "server", PORT, settled)
    return ObjectStoreEndpoint(
        bucket=bucket,
        s3_endpoint=pulumi.Output.format("http://{0}:{1}", where.host, where.port),
        region=pulumi.Output.from_input(seaweed.REGION),
        access_key=pulumi.Output.from_input(seaweed.APP),
        secret_key=pulumi.Output.secret(keys["app-key"]),
        force_path_style=pulumi.Output.from_input(True),  # noqa: FBT003
        native=VpsBucket(
            network=scope.native(scope.network, VpsNetwork).data,
            origin=ssh.after(settled, _origin(scope)),
            access_key=seaweed.CDN,
            secret_key=pulumi.Output.secret(keys["cdn-key"]),
            reached={child(scope.name, "server"): server},
            server=server,
            settled=settled,
        ),
    )


def link(scope: Scope, link: Link) -> Grant:
    there: ObjectStoreEndpoint = link.to.endpoint
    native = scope.native(link.to, VpsBucket)
    name = user_name(scope.name, link)
    key: pulumi.Output[str] = pulumi.Output.secret(password(scope, f"link-{link.key}-key").result)
    rights = {"access": link.access, "prefix": prefix_of(link)}
    made = give_identity(scope, f"link-{link.key}", native, bucket=there.bucket, name=name, key=key, rights=rights)
    mine = replace(there, s3_endpoint=native.origin, access_key=pulumi.Output.from_input(name), secret_key=key)
    return mine.grant(link, keys=True, native=way(scope, link, native.reached), depends_on=[made])


def give_identity(
    scope: Scope,
    role: str,
    native: VpsBucket,
    *,
    bucket: pulumi.Output[str],
    name: str,
    key: pulumi.Output[str],
    rights: Mapping[str, Any],
) -> pulumi.Resource:
    """Has a running server know an identity.

    Args:
        scope, role: of the step.
        native, bucket: of the store.
        name, key: its access key and its secret key.
        rights: as `seaweed.add_link` reads them.
    """
    identity = pulumi.Output.all(bucket, key).apply(lambda known: _identity(name, known[0], known[1], rights))
    return ssh.run(
        scope,
        role,
        pulumi.Output.format("docker exec --interactive {0} sh -s", native.server.id),
        stdin=pulumi.Output.secret(identity),
        delete=ssh.inside(native.server.hostname, _told(name, {"name": name})),
        depends_on=[native.settled],
    )


def _identity(name: str, bucket: str, key: str, rights: Mapping[str, Any]) -> str:
    known: dict[str, list[object]] = {"identities": [], "policies": []}
    seaweed.add_link(known, name, key, bucket, rights)
    (identity,), (policy,) = known["identities"], known["policies"]
    return _told(name, identity, policy=json.dumps(policy), key=key)


def _told(name: str, identity: object, *, policy: str = "", key: str = "") -> str:
    variables = {"NAME": name, "IDENTITY": json.dumps(identity), "POLICY": policy, "SECRET": key}
    return told("seaweed_link.sh", {**variables, "S3": f"http://127.0.0.1:{PORT}"})


def _origin(scope: Scope) -> str:
    return f"http://{child(scope.name, 'server')}:{PORT}"


def _files(bucket: pulumi.Output[str], keys: Mapping[str, pulumi.Output[str]]) -> dict[str, pulumi.Output[str]]:
    """What weed and curl read. One password stands behind the tokens of weed's parts, which only trust themselves."""

    def contents(known: Mapping[str, str]) -> dict[str, str]:
        secrets = {role.replace("-", "_"): known[role] for role in keys}
        secrets |= {token: f"{known['tokens']}-{token}" for token in seaweed.TOKENS}
        return {
            "s3.template": _template(seaweed.identities(secrets, known["bucket"])),
            "security.toml": seaweed.security(TLS, secrets),
            "admin.curl": f'user = "{seaweed.ADMIN}:{known["admin-key"]}"\naws-sigv4 = "aws:amz:{seaweed.REGION}:s3"\n',
        }

    written: pulumi.Output[dict[str, str]] = pulumi.Output.all(bucket=bucket, **keys).apply(contents)
    return {name: pulumi.Output.secret(written[name]) for name in ("s3.template", "security.toml", "admin.curl")}


def _template(known: Mapping[str, Sequence[object]]) -> str:
    lists = {"identities": listed(known["identities"], "identity"), "policies": listed(known["policies"], "policy")}
    return "{" + ", ".join(f'"{key}": {items}' for key, items in lists.items()) + "}\n"


def _certificate(scope: Scope, image: pulumi.Output[str], data: docker.Volume) -> pulumi.Resource:
    """Makes it where it is used, once: self-signed, it is its own authority, so there never is a second."""
    variables = pulumi.Output.format("IMAGE={0} VOLUME={1} FOLDER={2} RUN_AS={3}\n", image, data.name, TLS, USER)
    return ssh.run(scope, "certificate", "sh -s", stdin=pulumi.Output.concat(variables, script("certificate.sh")))


def _server(
    scope: Scope,
    image: pulumi.Output[str],
    data: docker.Volume,
    files: Mapping[str, pulumi.Output[str]],
    certificate: pulumi.Resource,
) -> Container:
    options = seaweed.options(
        address="127.0.0.1",
        bind="0.0.0.0",  # noqa: S104  of the container, in the data network
        conf=CONF,
        data=DATA,
        origin=_origin(scope),
        more={"s3.port": str(PORT)},
    )
    run = Run(
        image=image,
        entrypoint=["sh", f"{FILES}/composed.sh", f"{FILES}/s3.template", f"{CONF}/s3.json"],
        command=["weed", "-logtostderr=true", f"-config_dir={FILES}", "mini", *options],
        user=USER,
        memory_gb=MEMORY_GB,
        cpu=CPU,
        environment={"GOMEMLIMIT": f"{int(MEMORY_GB * 1024 * 0.85)}MiB"},
        health=["curl", "--fail", "--silent", "--output", "/dev/null", f"http://127.0.0.1:{PORT}/healthz"],
        networks=data_networks(scope),
        files={**files, **scripts()},
        volumes={DATA: data.name},
        tmpfs={"/tmp": "size=16m"},  # noqa: S108  weed's sockets
    )
    return container(scope, "server", run, publish=PORT, depends_on=[certificate])


def _settle(scope: Scope, spec: ObjectStoreSpec, bucket: pulumi.Output[str], server: Container) -> pulumi.Resource:
    variables = {
        "NAME": scope.name,
        "VERSIONING": "Enabled" if spec.versioning else "Suspended",
        "LOCK_DAYS": str(spec.retention_lock or 0),
        "LOCK_MODE": seaweed.lock_mode(scope),
        "LIFECYCLE": lifecycle(spec.lifecycle),
        "CORS": cors(spec),
        "PROBE": seaweed.PROBE,
        "S3": f"http://127.0.0.1:{PORT}",
        "CURL_CONFIG": f"{FILES}/admin.curl",
    }
    inside = pulumi.Output.format("docker exec -i {0} sh -s", server.id)
    settings = bucket.apply(lambda name: told("bucket.sh", {"BUCKET": name, **variables}))
    return ssh.run(scope, "bucket", inside, stdin=settings, depends_on=[server.ready])


def lifecycle(rules: Mapping[str, LifecycleRule]) -> str:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html; empty without rules."""
    return _document("LifecycleConfiguration", [_lifecycle_rule(name, rule) for name, rule in sorted(rules.items())])


def _lifecycle_rule(name: str, rule: LifecycleRule) -> str:
    expire, noncurrent = rule.expire_after_days, rule.noncurrent_expire_after_days
    return _element(
        "Rule",
        _element("ID", escape(name)),
        _element("Status", "Enabled"),
        _element("Filter", _element("Prefix", escape(rule.prefix))),
        _element("Expiration", _element("Days", str(expire))) if expire else "",
        _element("NoncurrentVersionExpiration", _element("NoncurrentDays", str(noncurrent))) if noncurrent else "",
    )


def cors(spec: ObjectStoreSpec) -> str:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketCors.html; empty without rules."""
    return _document("CORSConfiguration", [_cors_rule(rule) for rule in spec.cors])


def _cors_rule(rule: CorsRule) -> str:
    return _element(
        "CORSRule",
        *(_element("AllowedOrigin", escape(origin)) for origin in rule.origins),
        *(_element("AllowedMethod", method) for method in rule.methods),
        *(_element("AllowedHeader", escape(header)) for header in rule.headers),
        _element("MaxAgeSeconds", str(rule.max_age_seconds)),
    )


def _document(name: str, rules: list[str]) -> str:
    return _element(name, *rules) if rules else ""


def _element(name: str, *content: str) -> str:
    return f"<{name}>{''.join(content)}</{name}>"
