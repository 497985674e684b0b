"""A target that somebody else wrote: a package, and an entry point."""

from pathlib import Path

import pytest

from tests.unit.test_target import message_of

DRIVER = """
import pulumi
from infra_kit import features
from infra_kit.components.redis import RedisEndpoint
{needs}
SUPPORTS = frozenset({{features.version("7")}})
def create(scope, spec):
    text = pulumi.Output.from_input(scope.target.settings.crater)
    fields = ("host", "port", "username", "password", "tls", "ca_certificate", "url", "reader_url", "reader_urls")
    return RedisEndpoint(**dict.fromkeys(fields, text))
"""


@pytest.fixture
def moon(tmp_path: Path) -> Path:
    """What `pip install moon-target` would put on the path: a package, and the entry point of its target."""
    (tmp_path / "moon").mkdir()
    (tmp_path / "moon" / "__init__.py").write_text(
        "from infra_kit.settings import Settings\n"
        "class SETTINGS(Settings):\n    crater: str = 'Tycho'\n"
        "DRIVERS = {'redis': 'moon.redis'}\n"
    )
    (tmp_path / "moon" / "redis.py").write_text(DRIVER.format(needs=""))
    info = tmp_path / "moon_target-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: moon-target\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[infra_kit.targets]\nmoon = moon\n")
    return tmp_path


ON_THE_MOON = (
    'config={"infra-kit:target": "moon", "infra-kit:environment": "staging", "infra-kit:moon": {"crater": "Kepler"}}'
)


def test_a_third_partys_target_works_by_its_entry_point(moon: Path) -> None:
    program = f'print(record(lambda: Redis("cache"), {ON_THE_MOON}).named("cache").outputs["host"])'
    assert message_of(program, moon) == "Kepler"


def test_a_third_partys_target_is_listed_among_those_there_are(moon: Path) -> None:
    assert message_of('Target(name="mars")', moon).endswith("Targets: aws, cloudflare, gcp, local, moon, vps.")


def test_a_target_other_than_local_needs_its_environment_said(moon: Path) -> None:
    message = message_of('record(lambda: Redis("cache"), config={"infra-kit:target": "moon"})', moon)
    assert message == (
        "ConfigError: infra-kit:environment is not set, and the target is 'moon'. Set it to one of development, "
        "preview, staging, production: it decides what is protected and backed up."
    )


def test_a_target_of_ones_own_needs_its_environment_said_too(moon: Path) -> None:
    message = message_of('record(lambda: Redis("cache", target=Target(name="moon")))', moon)
    assert message.startswith("ConfigError: infra-kit:environment is not set, and the target is 'moon'.")


def test_the_region_and_the_settings_of_the_stack_are_not_those_of_another_target(moon: Path) -> None:
    config = (
        'config={"infra-kit:environment": "staging", "infra-kit:region": "here", "infra-kit:moon": {"crater": "K"}}'
    )
    program = f'record(lambda: print((cache := Redis("c", target=Target(name="moon"))).target.region), {config})'
    assert message_of(program, moon) == "None"


def test_a_network_of_another_target_is_refused_with_both(moon: Path) -> None:
    network = 'Network("net", target=Target(name="local"))'
    message = message_of(f'record(lambda: Redis("c", network={network}), {ON_THE_MOON})', moon)
    assert message == (
        "SpecError: Redis 'c': network: given a Network on local, and this Redis is on moon. "
        "Give it a network of its own target, or leave network out for the target's default."
    )


def test_a_component_without_a_driver_on_the_target_is_refused_with_those_there_are(moon: Path) -> None:
    assert message_of(f'record(lambda: Postgres("db"), {ON_THE_MOON})', moon) == (
        "DriverMissingError: the target 'moon' has no driver for 'postgres' yet; it has: redis. "
        "Place this component on another target with target=Target(...)."
    )


def test_a_third_partys_target_that_lacks_a_package_says_which(moon: Path) -> None:
    (moon / "moon" / "redis.py").write_text(DRIVER.format(needs="import pulumi_moon"))
    assert message_of(f'record(lambda: Redis("cache"), {ON_THE_MOON})', moon) == (
        "TargetNotInstalledError: the target 'moon' needs pulumi_moon, not installed here. "
        "It is not a part of infra-kit: install what moon asks for."
    )
