"""Where things run: what is understood, and what is refused."""

import subprocess
import sys
from pathlib import Path

import pytest

from infra_kit import Environment, Redis, Target
from infra_kit._installation import pip_install
from infra_kit.errors import ConfigError, UnknownTargetError
from infra_kit.providers.local.settings import LocalSettings
from infra_kit.settings import Settings
from infra_kit.testing import record
from tests.unit.refusals import refusal


def default_target(**config: object) -> Target:
    found: list[Target] = []
    keys = {f"infra-kit:{key.replace('_', '-')}": value for key, value in config.items()}
    record(lambda: found.append(Target.from_config()), project="shop", config=keys)
    return found[0]


def test_without_configuration_it_is_this_machine_in_development() -> None:
    target = default_target()
    assert (target.name, target.environment, target.app) == ("local", Environment.DEVELOPMENT, "shop")


def test_everything_is_read_from_configuration() -> None:
    target = default_target(
        environment="staging",
        app="store",
        region="here",
        tags={"team": "a"},
        accepted_gaps={"db": ["version", "extension:postgis"]},
        local={"ports": {"db": 5432}},
    )
    assert (target.environment, target.app, target.region) == (Environment.STAGING, "store", "here")
    assert target.tags == {"team": "a"}
    assert target.accepted_gaps == {"db": ("version", "extension:postgis")}
    assert target.settings
    assert target.settings == LocalSettings(ports={"db": 5432})


def test_an_unknown_target_is_refused_with_those_there_are() -> None:
    wanted = "there is no target 'moon'. Targets: aws, cloudflare, gcp, local, vps."
    assert refusal(lambda: Redis("cache"), UnknownTargetError, target="moon") == wanted
    with pytest.raises(UnknownTargetError, match="Targets: aws, cloudflare, gcp, local, vps"):
        Target(name="moon")


def test_an_unknown_environment_is_refused_with_those_there_are() -> None:
    message = refusal(lambda: Redis("cache"), ConfigError, environment="prod")
    assert message == ("infra-kit:environment: given 'prod', allowed: development, preview, staging, production.")


def test_an_unknown_gap_is_refused_with_the_features_there_are() -> None:
    message = refusal(lambda: Redis("cache"), ConfigError, accepted_gaps={"cache": ["persistance"]})
    assert message.startswith(
        "infra-kit:accepted-gaps: cache: 'persistance' is not a feature. Features: any-ack-wait, "
    )
    assert "persistence" in message
    assert "extension:…" in message


def test_gaps_that_are_no_list_are_refused_with_how_to_write_them() -> None:
    message = refusal(lambda: Redis("cache"), ConfigError, accepted_gaps={"cache": "persistence"})
    assert message == (
        "infra-kit:accepted-gaps: cache: given 'persistence', a list of features is needed, e.g. [persistence]."
    )


@pytest.mark.parametrize("value", ["cache", ["cache"], 3])
def test_a_mapping_is_refused_when_it_is_none(value: object) -> None:
    message = refusal(lambda: Redis("cache"), ConfigError, accepted_gaps=value)
    assert message.startswith("infra-kit:accepted-gaps: given ")
    assert message.endswith("a mapping is needed.")


def test_bad_settings_are_refused_with_their_key() -> None:
    message = refusal(lambda: Redis("cache"), ConfigError, local={"port": 1})
    assert message == "infra-kit:local: unknown 'port'; allowed: check_every, ports, smtp."


# A target that the program itself names


CONFIGURED = {
    "infra-kit:environment": "production",
    "infra-kit:app": "store",
    "infra-kit:region": "here",
    "infra-kit:tags": {"team": "a"},
    "infra-kit:accepted-gaps": {"cache": ["high-availability"]},
    "infra-kit:local": {"ports": {"cache": 6400}},
}


def test_what_a_target_of_ones_own_leaves_unsaid_comes_from_the_configuration() -> None:
    recording = record(
        lambda: Redis("cache", target=Target(name="local"), replicas=1, high_availability=True), config=CONFIGURED
    )
    server = recording.named("cache-server")
    assert server.options.protect
    assert server.inputs["port"] == 6400
    assert "high-availability is left out" in recording.warnings[0]


def test_a_target_of_ones_own_is_completed_as_the_default_is() -> None:
    found: list[Target] = []
    record(lambda: found.extend([Redis("a", target=Target(name="local")).target, Redis("b").target]), config=CONFIGURED)
    assert found[0] == found[1]
    assert (found[0].app, found[0].region, found[0].tags) == ("store", "here", {"team": "a"})


def test_what_a_target_of_ones_own_says_comes_before_the_configuration() -> None:
    own = Target(
        name="local",
        environment=Environment.STAGING,
        app="own",
        region="there",
        tags={},
        accepted_gaps={},
        settings=LocalSettings(ports={"cache": 6500}),
    )
    found: list[Target] = []
    recording = record(lambda: found.append(Redis("cache", target=own).target), config=CONFIGURED)
    assert (found[0].environment, found[0].app, found[0].region, found[0].tags) == ("staging", "own", "there", {})
    assert found[0].accepted_gaps == {}
    assert recording.named("cache-server").inputs["port"] == 6500


def test_settings_of_another_provider_are_refused_with_both_types() -> None:
    class MoonSettings(Settings):
        pass

    message = refusal(lambda: Redis("cache", target=Target(name="local", settings=MoonSettings())), ConfigError)
    assert message == "Target(name='local'): settings: given MoonSettings, LocalSettings is needed."


def test_a_target_may_be_the_key_of_a_table() -> None:
    assert {Target(name="local", tags={"a": "b"}): 1}[Target(name="local", tags={"a": "b"})] == 1


# Keys that nothing reads


def test_a_misspelt_key_is_refused_with_the_nearest_one() -> None:
    message = refusal(lambda: Redis("cache"), ConfigError, enviroment="production")
    assert message.startswith(
        "infra-kit:enviroment: nothing reads this key. Did you mean infra-kit:environment? Keys: accepted-findings, "
    )


def test_a_misspelt_key_is_refused_also_beside_a_target_of_ones_own() -> None:
    message = refusal(lambda: Redis("cache", target=Target(name="local")), ConfigError, qqq="1")
    assert message.startswith("infra-kit:qqq: nothing reads this key. Keys: ")


def test_every_key_that_something_reads_is_taken() -> None:
    keys = {"system": "shop", "phase": "1", "aws": {"profile": "x"}, "region": "here"}
    recording = record(lambda: Redis("cache"), config={f"infra-kit:{key}": value for key, value in keys.items()})
    assert recording.named("cache")


def test_a_project_that_is_called_as_the_library_keeps_its_own_keys() -> None:
    assert record(lambda: Redis("cache"), project="infra-kit", config={"colour": "red"}).named("cache")


def test_a_key_from_the_engines_environment_is_checked_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_CONFIG", '{"infra-kit:taget": "aws"}')
    assert "Did you mean infra-kit:target?" in refusal(lambda: Redis("cache"), ConfigError)


# Targets that are not there, or not all there: each in a process of its own, where nothing is imported yet.


def message_of(program: str, path: Path, before: str = "") -> str:
    code = f"""
import sys
sys.path.insert(0, {str(path)!r})
{before}
from infra_kit import Network, Postgres, Redis, Target
from infra_kit.errors import InfraKitError
from infra_kit.testing import record
try:
    {program}
except InfraKitError as refused:
    print(f"{{type(refused).__name__}}: {{refused}}")
"""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_a_target_whose_extra_is_not_installed_prints_the_pip_command(tmp_path: Path) -> None:
    message = message_of('record(lambda: Redis("cache"))', tmp_path, 'sys.modules["psycopg"] = None')
    assert message == (
        f"TargetNotInstalledError: the target 'local' needs psycopg, not installed here. Run: {pip_install('local')}"
    )


@pytest.mark.parametrize("handler", ["document_store", "document_store_user"])
def test_what_needs_an_extra_of_its_own_prints_the_pip_command_where_it_is_not_installed(
    tmp_path: Path, handler: str
) -> None:
    """The extra `local` brings nothing under the GPL."""
    program = f'from infra_kit.target import load_handler; load_handler("local", "{handler}")'
    assert message_of(program, tmp_path, 'sys.modules["secantus"] = None') == (
        "TargetNotInstalledError: a document_store on the target 'local' needs secantus, not installed here. "
        f"Run: {pip_install('documents')}"
    )


def test_a_target_that_has_no_package_yet_is_refused(tmp_path: Path) -> None:
    program = 'record(lambda: Redis("cache"), config={"infra-kit:target": "vps", "infra-kit:environment": "staging"})'
    message = message_of(program, tmp_path, 'sys.modules["infra_kit.providers.vps"] = None')
    assert message == (
        "DriverMissingError: the target 'vps' has no drivers in this version of infra-kit yet. "
        "Choose another target in infra-kit:target, or upgrade infra-kit."
    )
