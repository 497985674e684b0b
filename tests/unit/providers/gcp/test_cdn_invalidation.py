"""A new release makes what is kept out of date."""

from __future__ import annotations

from tests.unit.providers.gcp.cdns import cdn


def test_a_release_asks_for_an_invalidation_as_the_components_own_provider() -> None:
    made = cdn(release="v2")
    release = made.named("edge-release")

    assert (release.inputs["url_map"], release.inputs["release"]) == ("edge-routes-id", "v2")
    assert "token" in release.secret_inputs
    assert release.type == "pulumi-python:dynamic/infra-kit-gcp:CdnInvalidation"
