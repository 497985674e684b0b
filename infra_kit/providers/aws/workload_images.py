"""The image of a workload: where it is, and what it takes to fetch it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from infra_kit.component import Scope
from infra_kit.providers.aws import repository
from infra_kit.providers.aws.documents import Text
from infra_kit.providers.aws.policies import Arn, Statement, allow

ECR = re.compile(r"(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/([a-z0-9._/-]+)([:@].+)?")
PLAIN = re.compile(r"([a-z0-9]+(?:[._-]+[a-z0-9]+)*)([:@].+)?")
"""A name without a registry, and its tag or digest."""


@dataclass(frozen=True, kw_only=True)
class Image:
    reference: pulumi.Input[str]
    statements: Sequence[Statement]
    """What lets ECS fetch it."""


def find(scope: Scope, image: str, partition: pulumi.Input[str]) -> Image:
    if plain := PLAIN.fullmatch(image):
        there = repository.of(scope, plain[1])
        return Image(reference=repository.image(scope, there, plain[2] or ":latest"), statements=_pulls(there.arn))
    if ours := ECR.fullmatch(image):
        account, region, name, _ = ours.groups()
        arn = Text("arn:", partition, f":ecr:{region}:{account}:repository/{name}")
        return Image(reference=image, statements=_pulls(arn))
    return Image(reference=image, statements=())


def _pulls(repository: Arn) -> list[Statement]:
    """Why `*`: the token that a registry wants is no resource of it, and ECR takes nothing else
    (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html)."""
    return [
        allow(["ecr:GetAuthorizationToken"], "*"),
        allow(["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"], repository),
    ]
