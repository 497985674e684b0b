"""What a plan says of a stack that has a part of it at Cloudflare."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from infra_kit import ObjectStore
from infra_kit.engine.project import Project
from infra_kit.planning.costs import cost
from infra_kit.planning.lock_in import lock_in
from infra_kit.planning.programs import Planned, plan
from infra_kit.testing import Recording, record
from infra_kit.testing.conformance.safety import replaced

ROOT = Path(__file__).parents[4]
PLACED = [
    "infra-kit:placements={zone: cloudflare}",
    "infra-kit:cloudflare={account: 0123456789abcdef0123456789abcdef}",
]
R2 = """
from infra_kit import ObjectStore
ObjectStore("images", lifecycle={})
"""


@pytest.fixture(scope="module")
def shop() -> Planned:
    """Viña Santa Cruz with its DNS where the seed has it (VS-1)."""
    return plan(Project.find(ROOT), "vina-santa-cruz-production", PLACED)


def test_the_names_of_a_shop_on_aws_are_in_its_zone_at_cloudflare(shop: Planned) -> None:
    records = {
        it.inputs["name"]: it.inputs for it in shop.resources if it.type == "cloudflare:index/dnsRecord:DnsRecord"
    }
    assert records["app.vinasantacruz.example"]["type"] == "CNAME"
    assert len(records) == 2, "the other one proves the certificate"
    assert not [it for it in shop.resources if it.type.startswith("aws:route53/record")]
    assert [it.target.name for it in shop.components if it.name == "zone"] == ["cloudflare"]
    assert {it.target.name for it in shop.components if it.name != "zone"} == {"aws"}


def test_the_zone_has_a_line_in_the_bill_and_a_score(shop: Planned) -> None:
    bill = cost(shop)
    assert not [it for it in bill.items if it.component == "zone" and it.monthly is None]
    scored = lock_in(shop, bill)
    assert not [kind for kind in scored.unscored if kind.startswith("cloudflare:")]
    (zone,) = (it for it in scored.scores if it.component == "zone")
    assert zone.score < 2


def test_a_bucket_costs_what_it_holds_and_its_requests_and_nothing_for_what_leaves(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "__main__.py").write_text(R2)
    (tmp_path / "Pulumi.it.yaml").write_text(
        "config:\n  infra-kit:target: cloudflare\n  infra-kit:environment: production\n"
        "  infra-kit:cloudflare: {account: 0123456789abcdef0123456789abcdef}\n"
        "  infra-kit:usage: {images: {stored_gb: 100, requests: 10000000, gb_out: 5000}}\n"
    )
    bill = cost(plan(Project.find(tmp_path), "it"))
    monthly = {it.what: float(it.monthly or 0) for it in bill.items}
    assert monthly == {"GB": 1.5, "million writes and lists": 4.5, "million reads": pytest.approx(3.24)}


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ("{account: 0123456789abcdef0123456789abcdef, jurisdiction: eu}", "jurisdiction"),
        ("{account: fedcba9876543210fedcba9876543210}", "accountId"),
    ],
)
def test_a_bucket_that_would_be_another_one_is_known_beforehand(settings: str, key: str) -> None:
    def made(said: Mapping[str, str]) -> Recording:
        config = {"infra-kit:target": "cloudflare", "infra-kit:environment": "production", "infra-kit:cloudflare": said}
        return record(lambda: ObjectStore("images"), config=config)

    before = made({"account": "0123456789abcdef0123456789abcdef"})
    assert f"images-bucket: {key}" in replaced(before, made(yaml.safe_load(settings)))
