import pytest

pytest_plugins = ["pytester"]


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makefile(".yaml", Pulumi="name: shop\nruntime: python\nstackConfigDir: stacks\n")
    stacks = pytester.mkdir("stacks")
    (stacks / "Pulumi.shop-production.yaml").write_text(
        "config:\n  infra-kit:environment: production\n  shop:size: 3\n  shop:key:\n    secure: v1:abc\n"
    )
    return pytester


PROGRAM = """
import pulumi
import pytest
from infra_kit import Redis
from infra_kit.errors import ConfigError

def shop():
    config = pulumi.Config()
    Redis("cache", memory_gb=config.get_float("size") or 1)
    pulumi.export("key", config.get_secret("key"))
"""


def test_a_stacks_own_file_is_its_configuration(project: pytest.Pytester) -> None:
    project.makepyfile(
        PROGRAM
        + """
def test_it(infra):
    stack = infra(shop, stack="shop-production")
    assert stack.named("cache-server").inputs["memory_gb"] == 3
    assert stack.named("cache-server").options.protect
    assert stack.named("cache").urn.startswith("urn:pulumi:shop-production::shop::")
    assert (stack.exports["key"], stack.secret_exports) == ("[secret]", {"key"})
"""
    )
    project.runpytest_subprocess().assert_outcomes(passed=1)


def test_the_project_is_the_one_that_the_tests_file_is_in(project: pytest.Pytester) -> None:
    own = project.mkdir("reports")
    (own / "Pulumi.yaml").write_text("name: reports\nruntime: python\n")
    (own / "Pulumi.shop-production.yaml").write_text("config:\n  infra-kit:environment: staging\n")
    test = project.makepyfile(
        PROGRAM
        + """
def test_it(infra):
    assert infra(shop, stack="shop-production").named("cache").urn.startswith("urn:pulumi:shop-production::reports::")
"""
    )
    test.rename(own / test.name)
    project.runpytest_subprocess().assert_outcomes(passed=1)


def test_configuration_given_is_laid_over_the_file(project: pytest.Pytester) -> None:
    project.makepyfile(
        PROGRAM
        + """
def test_it(infra):
    stack = infra(shop, stack="shop-production", config={"shop:size": 5})
    assert stack.named("cache-server").inputs["memory_gb"] == 5
    assert stack.named("cache-server").options.protect
"""
    )
    project.runpytest_subprocess().assert_outcomes(passed=1)


def test_a_stack_without_a_file_is_refused_with_those_there_are(project: pytest.Pytester) -> None:
    project.makepyfile(
        PROGRAM
        + """
def test_it(infra):
    with pytest.raises(ConfigError, match="Pulumi.shop-moon.yaml.*shop-production"):
        infra(shop, stack="shop-moon")
"""
    )
    project.runpytest_subprocess().assert_outcomes(passed=1)


MISTAKEN = """
from infra_kit import Postgres

def shop():
    Postgres("db", memry_gb=1)  # here

def test_shop(infra):
    infra(shop)
"""


def test_a_mistake_in_a_program_is_shown_there_without_what_ran_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(MISTAKEN)
    shown = pytester.runpytest_subprocess().stdout.str()
    assert 'Postgres("db", memry_gb=1)  # here' in shown
    assert "unknown 'memry_gb'" in shown
    assert "asyncio" not in shown
    assert "recording.py" not in shown
