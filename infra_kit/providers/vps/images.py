"""The container images, each pinned by the digest that its registry published for the tag.

A digest names the content: whatever becomes of the tag, the same image runs, and it can only be one that this name's
owner published. No registry was asked for these: each digest was read where public projects pin it together with its
name and version, in ten files or more of many of them. Some are seen by few, and say so. To move to another one, read
its digest (`docker buildx imagetools inspect <name>:<tag>`) and change the line here, or the component's own
`overrides={"image": {"name": "<name>:<tag>@sha256:…"}}`.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

from infra_kit.component import Scope
from infra_kit.providers.common import bus_figures, caddy, nats, opensearch_node


@dataclass(frozen=True)
class Image:
    name: str
    tag: str
    sha256: str

    @property
    def reference(self) -> str:
        return f"{self.name}:{self.tag}@sha256:{self.sha256}"


POSTGRES = {
    # Of one project, in two scripts that run it (DartClaw, its test lane "PostgreSQL 14 with pgvector"). The only other
    # pin of 14 is known to more, and is of 2024: two years of security fixes are not in it.
    "14": Image("pgvector/pgvector", "pg14", "fb27b00a92028f4749bf18f3d31b18fc62510258326486fb8900653ab2701252"),
    "15": Image("pgvector/pgvector", "0.8.6-pg15", "a947c45cdc5906a1bc951f20a8709e321256343ee0f251e4ae00b5e7def4e6da"),
    "16": Image("pgvector/pgvector", "0.8.6-pg16", "a36250871de0833b8757561c72f2477ef1ddd1101afa4e617fb552e0de514c6b"),
    "17": Image("pgvector/pgvector", "0.8.6-pg17", "cf134a767f474095eeba57e0117be8e568e011a63f33fbf252f14c9b760f8e6f"),
    "18": Image("pgvector/pgvector", "0.8.6-pg18", "2ba9ca5f2e7daa0f0e7723cba1ee9167bab54efd3640516a44ac1a928dd67e7a"),
}
"""The official PostgreSQL image with pgvector added, by major version (https://hub.docker.com/r/pgvector/pgvector)."""

PGBOUNCER = Image("edoburu/pgbouncer", "v1.25.2-p0", "7d7a27d9e90985cab5cf42256f5c13a3120baa4b055b69df37beb272b89b2340")
# Of one project, in two scripts that make and restore backups with it; no other pin of pgBackRest is seen by more.
PGBACKREST = Image("woblerr/pgbackrest", "2.58.0", "18cdff011e974308510d056b4039d9b4d21ec33d9124879882c6f05e99be2ab9")
VALKEY = {
    "8": Image("valkey/valkey", "8.1.10", "640c5e62cea04b6d6f2084232651d0cc70362d31f4f805e7be94dbed6855e8f2"),
    "9": Image("valkey/valkey", "9.1.1", "70739f85ad2ee01a726a965584a0f94895f01b0c60b3cc8b0aeef11eaa6888cf"),
}
SEAWEEDFS = Image("chrislusf/seaweedfs", "4.48", "4e61d15fd35994cb1e43e1e553dff106794841fd9a99ade2fc8c8bfce4d7872d")
NATS = Image("nats", nats.IMAGE_TAG, nats.IMAGE_SHA256)
NATS_BOX = Image(bus_figures.BOX, bus_figures.BOX_TAG, bus_figures.BOX_SHA256)
MONGODB = Image("mongo", "8.0.32", "4968f22d0c6c10ef29952f3e807f62872ba22b3312f25803564fbfc08255efc2")
RCLONE = Image("rclone/rclone", "1.75.1", "45401ad7410db1d67ffdb58e19059ad20b0d8e0285a60e38bbec55cc1019c7a5")
NGINX = Image("nginx", "1.31.5-alpine", "72ba65eb42c10344912a84ff42408db7d34f2feb642204570ab8fc5ffd29f1d3")
CADDY = Image("caddy", caddy.TAG, caddy.SHA256)
PROMETHEUS = Image("prom/prometheus", "v3.5.0", "63805ebb8d2b3920190daf1cb14a60871b16fd38bed42b857a3182bc621f4996")
ALERTMANAGER = Image("prom/alertmanager", "v0.28.1", "27c475db5fb156cab31d5c18a4251ac7ed567746a2483ff264516437a39b15ba")
NODE_EXPORTER = Image(
    "prom/node-exporter", "v1.10.2", "3ac34ce007accad95afed72149e0d2b927b7e42fd1c866149b945b84737c62c3"
)
PYTHON = Image("python", "3.13.15-slim-trixie", "9d2e5553305c7c7b0097999bb17187c69b921ccd6bc9d40e4bb5ebe652c00285")
BLACKBOX_EXPORTER = Image(
    "prom/blackbox-exporter", "v0.27.0", "a50c4c0eda297baa1678cd4dc4712a67fdea713b832d43ce7fcc5f9bea05094d"
)
# Of five projects, in seven files, five of which call it `grafana/grafana-oss`: both names have the same.
GRAFANA = Image("grafana/grafana", "12.4.3", "2e986801428cd689c2358605289c90ab37d2b39e24808874971f54c99bcdc412")
# Of three projects, in five files.
POSTGRES_EXPORTER = Image(
    "quay.io/prometheuscommunity/postgres-exporter",
    "v0.19.1",
    "e96064f876226d94bb6ce48a4c4b3dd76edba91168ec1ab024e5c4b959310b0f",
)
# Of two projects, in three files.
REDIS_EXPORTER = Image(
    "oliver006/redis_exporter", "v1.89.0", "fed773ffd2bb2eac706e0ed9cc2fff41651193ee4977e2a4f6919658ad2313f4"
)
# Of the collector, what it takes to hand traces on: not the much larger "contrib".
OTEL_COLLECTOR = Image(
    "otel/opentelemetry-collector", "0.162.0", "310a800ad69ee430e7c541796852a242c9c7db97aaad4daa5ccf843c525fbdb2"
)
JAEGER = Image("jaegertracing/jaeger", "2.21.0", "3d0ac795ff98aa04d1be04311d2dac6c25b4bfc8322dc02e53bc5b170c5018c3")
OPENSEARCH = {version: Image(opensearch_node.REPOSITORY, *pinned) for version, pinned in opensearch_node.IMAGES.items()}
VICTORIA_LOGS = Image(
    "victoriametrics/victoria-logs", "v1.52.0", "47b820890d64c4575a2a0a46415dcd8a4fd59a0f1fcd6a377693d7aea639442e"
)


def for_redis(version: str | None) -> Image:
    """For a Redis of this version, the lowest that it needs."""
    return VALKEY["9" if version == "9" else "8"]


def pull(scope: Scope, image: Image, role: str = "image") -> pulumi.Output[str]:
    """Has the host fetch an image: the child `role` of the component. Returns the id by which containers name it.

    It stays on the host when the component goes: other containers may run it.
    """
    pulled = scope.resource(role, docker.RemoteImage, name=image.reference, keep_locally=True)
    return pulled.image_id


def named(scope: Scope, reference: str, role: str = "image") -> pulumi.Output[str]:
    """Has the host fetch an image that the user names, by digest or tag: as `pull`."""
    if "@sha256:" not in reference:
        pulumi.log.info(
            f"{scope.what}: image: {reference} is a tag, and the host keeps what it means today: another image that is "
            "pushed under it is not seen. Name each version by another tag, or by its digest (…@sha256:…).",
            scope.parent,
        )
    return scope.resource(role, docker.RemoteImage, name=reference, keep_locally=True).image_id
