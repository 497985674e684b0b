"""Who reads an address waits until it is of use."""

from __future__ import annotations

import pulumi
import pulumi_random as random

from infra_kit.providers.common.waiting import after
from infra_kit.testing import record


def test_what_is_made_of_a_value_waits_for_all_that_is_needed_too() -> None:
    def program() -> None:
        server, way = random.RandomPet("server"), random.RandomPet("way")
        random.RandomPet("client", keepers={"server": after(server.id, way)})

    recording = record(program)
    assert recording.named("client").inputs["keepers"] == {"server": "server-id"}
    needed = {recording.named("server").urn, recording.named("way").urn}
    assert needed <= recording.named("client").options.depends_on


def test_a_secret_stays_one() -> None:
    def program() -> None:
        pulumi.export("url", after(pulumi.Output.secret("redis://"), random.RandomPet("way")))

    assert record(program).secret_exports == {"url"}
