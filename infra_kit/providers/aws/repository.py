"""Repositories of ECR: where the image of a name without a registry is kept (`api:1.4`).

A target has one for each such name, `<target>-image-<name>`, made on first need: a Service, its Worker and its Job
often share an image. The first `up` makes it, says where it is, and fails, for no image is there yet: push one, by the
tag that the program names, and run `up` again. A tag that was not pushed stops a later one in its preview. What runs is
named by its digest. Images of other places are named in full: `docker.io/library/nginx:1`.

- Each image is scanned when it is pushed; a tag is never moved, so that what was tested is what runs.
- Untagged images go after two weeks, and of the tagged ones the oldest beyond `MOST_IMAGES`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi_aws import ecr

from infra_kit.component import Component, Scope
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.naming import MAX_LENGTH, fit
from infra_kit.providers.aws import keys
from infra_kit.spec import Spec

if TYPE_CHECKING:
    from pulumi_aws.ecr.outputs import GetImagesImageIdResult

    from infra_kit.target import Target

SUPPORTS: frozenset[Feature] = frozenset()
MOST_IMAGES = 200
UNTAGGED_DAYS = 14


class RepositorySpec(Spec):
    """Nothing: it is named by the images that are kept there."""


@dataclass(frozen=True, kw_only=True)
class RepositoryEndpoint:
    """Where it is."""

    url: pulumi.Output[str]
    """What images are pushed to, without a tag."""
    arn: pulumi.Output[str]


class Repository(Component[RepositorySpec, RepositoryEndpoint]):
    """The images of one name."""

    KIND = "repository"
    SPEC = RepositorySpec

    def __init__(self, name: str, *, target: Target | None = None, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, {}, target=target, overrides=None, opts=opts)


def of(scope: Scope, name: str) -> RepositoryEndpoint:
    """The repository of an image's name, e.g. `api`."""
    return scope.shared(Repository, f"image-{fit(name, MAX_LENGTH // 2)}").endpoint


def image(scope: Scope, there: RepositoryEndpoint, mark: str) -> pulumi.Output[str]:
    """An image of the repository by its digest. Raises `SpecError` where it was not pushed.

    Args:
        scope: of the component that runs it.
        there: the repository.
        mark: which one: `:1.4`, `@sha256:…`.
    """
    asked = ecr.get_images_output(repository_name=there.url.apply(_name), opts=scope.invoke)
    known = pulumi.Output.all(there.url, asked.image_ids.apply(_digests))
    return known.apply(lambda it: _pinned(scope, it[0], mark, it[1]))


def _name(url: str) -> str:
    return url.partition("/")[2]


def _digests(images: Sequence[GetImagesImageIdResult] | None) -> dict[str, str] | None:
    """By what an image may be asked for. None where no account was asked: in a program that is recorded."""
    if images is None:
        return None
    asked_for = {f"@{it.image_digest}": it.image_digest for it in images}
    return asked_for | {f":{it.image_tag}": it.image_digest for it in images if it.image_tag}


def _pinned(scope: Scope, url: str, mark: str, there: Mapping[str, str] | None) -> str:
    if there is None:
        return f"{url}{mark}"
    tag, at, digest = mark.partition("@")
    if found := there.get(f"{at}{digest}" or tag):
        return f"{url}@{found}"
    raise SpecError(
        f"{scope.what}: image: {url}{mark} is not there yet. Push it (docker push {url}{mark}), and run up again."
    )


def create(scope: Scope, spec: RepositorySpec) -> RepositoryEndpoint:  # noqa: ARG001  every driver's form
    key = keys.key_arn(scope)
    made = scope.resource(
        "repository",
        ecr.Repository,
        retain_on_delete=True,
        # A repository stays encrypted as it was made (https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html).
        ignore_changes=["encryptionConfigurations"],
        image_tag_mutability="IMMUTABLE",
        image_scanning_configuration={"scan_on_push": True},
        # Why not CKV_AWS_136 elsewhere: the environment has no own keys.
        encryption_configurations=[{"encryption_type": "KMS", "kms_key": key}] if key else None,
        force_delete=not scope.defaults.retain_data,
        tags=scope.tags,
    )
    scope.resource("lifecycle", ecr.LifecyclePolicy, retain_on_delete=True, repository=made.name, policy=_lifecycle())
    made.repository_url.apply(lambda url: pulumi.log.info(f"Images are pushed to {url}", scope.parent))
    return RepositoryEndpoint(url=made.repository_url, arn=made.arn)


def _lifecycle() -> str:
    untagged = {
        "tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": UNTAGGED_DAYS,
    }  # fmt: skip
    any_ = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": MOST_IMAGES}
    rules = [
        {"rulePriority": number, "selection": selection, "action": {"type": "expire"}}
        for number, selection in enumerate((untagged, any_), start=1)
    ]
    return json.dumps({"rules": rules})
