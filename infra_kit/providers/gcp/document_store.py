"""DocumentStore on Google Cloud: there is none. Firestore takes a part of MongoDB's protocol in its Enterprise edition
(https://cloud.google.com/firestore/mongodb-compatibility/docs/supported-features): no write that drivers may send again
by themselves, which is what they do unless told not to, and several of the update operators that applications live by
are not among it. What runs on the other targets would not run there as it is."""

from __future__ import annotations

from infra_kit.component import Scope
from infra_kit.components.document_store import DocumentStoreEndpoint, DocumentStoreSpec
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.links import Grant, Link

SUPPORTS: frozenset[Feature] = frozenset()
CAVEATS = (
    "there is none, and one is refused: have it on a VPS, or take one of MongoDB Atlas in a region of Google's in by "
    "`DocumentStore.existing`",
)


def gaps(_: DocumentStoreSpec, __: object) -> dict[Feature, str]:
    """Where the whole is refused, nothing of it is accepted as a gap."""
    return {}


def create(scope: Scope, spec: DocumentStoreSpec) -> DocumentStoreEndpoint:  # noqa: ARG001
    """Raises `SpecError`."""
    raise _refused(scope)


def link(scope: Scope, link: Link) -> Grant:  # noqa: ARG001  none can be linked to
    raise _refused(scope)


def _refused(scope: Scope) -> SpecError:
    return SpecError(
        f"{scope.what}: Google Cloud has no DocumentStore: its Firestore takes a part of MongoDB's protocol alone. "
        "Place it on a host (target=Target(name='vps', …)), or make one at MongoDB Atlas, in a region of Google's, and "
        "take it in: DocumentStore.existing(…, url=…)."
    )
