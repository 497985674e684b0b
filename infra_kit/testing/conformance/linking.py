"""What a link to a component gives: its variables, secret where they must be, and no more rights than it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import pulumi
import pytest

from infra_kit import Environment, Service, Target
from infra_kit.component import Scope
from infra_kit.links import Link, named
from infra_kit.recording import Recording
from infra_kit.testing.conformance.base import NAME, Base, standing_in
from infra_kit.testing.conformance.safety import broad, wide

USER = "user"


class LinkRules(Base):
    links: ClassVar[Mapping[str, Callable[[Any], Link]]] = {}
    """By what it may do, how a link is made."""
    gives: ClassVar[frozenset[str]] = frozenset()
    """The variables of a link, by their whole names."""
    gives_secret: ClassVar[frozenset[str]] = frozenset()
    """Those of them that are secret."""

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        super().pytest_generate_tests(metafunc)
        if "access" in metafunc.fixturenames:
            metafunc.parametrize("access", sorted(self.links))

    def linked(self, target: Target, access: str) -> Recording:
        """A service that is linked to the component; what the link gives is exported."""

        def use() -> None:
            it = self.make(target)
            image = "registry.example/api:1"
            link = self.links[access](it)
            command = ["python", "app.py"]
            user = Service(USER, target=self.used_on(target), image=image, command=command, links=[link])
            probe = Scope(user, f"{USER}-probe", user.target, {}, pulumi.ResourceOptions())
            grant = probe.grant(link)
            for key, value in {**named(link, grant.variables), **named(link, grant.secrets)}.items():
                pulumi.export(key, value)

        return self.once(use, target, USER, access)

    def test_a_link_gives_its_variables_and_keeps_its_secrets(self, target: Target, access: str) -> None:
        made = self.linked(target, access)
        assert made.exports.keys() == self.gives
        assert made.secret_exports == self.gives_secret

    def test_a_link_grants_no_more_than_it_says(self, target: Target, access: str) -> None:
        made = self.linked(standing_in(target, Environment.PRODUCTION), access)
        there = self.used_on(target)
        assert [found for each in made.resources for found in broad(there, each)] == []
        assert [each.name for each in made.resources if wide(there, each)] == []

    def test_each_access_is_another(self, target: Target) -> None:
        """A driver that forgets the access gives everybody the same."""
        given = [_of_the_user(self.linked(target, access)) for access in self.links]
        assert all(one != other for at, one in enumerate(given) for other in given[at + 1 :])


def _of_the_user(recording: Recording) -> str:
    return repr([each.inputs for each in recording.resources if each.name.startswith(f"{USER}-") or NAME in each.name])
