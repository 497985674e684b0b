"""What a plan is told: the project's file, the stack's, and `--set` over both."""

import pytest

from infra_kit._configuration import HIDDEN
from infra_kit.engine.project import Project
from infra_kit.errors import ConfigError
from infra_kit.planning.configuration import read
from tests.unit.planning.conftest import MakeProject

PRODUCTION = """
    config:
      infra-kit:target: aws
      infra-kit:phase: "1"
      shop:domains: [shop.example]
      infra-kit:aws: {nat: single}
"""


@pytest.fixture
def project(make_project: MakeProject) -> Project:
    settings = "config: {infra-kit:app: shop, currency: {value: EUR}}"
    return make_project("", settings=settings, production=PRODUCTION, staging="config: {shop:seats: 3}")


def test_the_stacks_file_is_laid_over_the_projects(project: Project) -> None:
    values = read(project, "production").values
    assert values["infra-kit:app"] == "shop"
    assert values["shop:currency"] == "EUR"
    assert values["infra-kit:target"] == "aws"


def test_a_setting_is_laid_over_both_and_reaches_the_program_as_the_text_it_is(project: Project) -> None:
    given = read(project, "production", ["infra-kit:phase=2", "infra-kit:app=other"])
    assert given.get("phase") == "2"
    assert given.get("app") == "other"


def test_a_dot_leads_into_a_mapping_and_leaves_the_rest_of_it(project: Project) -> None:
    given = read(project, "production", ["infra-kit:aws.flow_logs=true"])
    assert given.get("aws") == {"nat": "single", "flow_logs": True}


def test_a_setting_may_be_a_whole_mapping_or_list(project: Project) -> None:
    given = read(project, "production", ["shop:domains=[a.example, b.example]"])
    assert given.values["shop:domains"] == ["a.example", "b.example"]


def test_a_key_that_another_stack_of_the_project_has_may_be_set(project: Project) -> None:
    assert read(project, "production", ["shop:seats=5"]).values["shop:seats"] == "5"


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("infra-kit:phas=2", "Did you mean infra-kit:phase?"),
        ("infra-kit:bogus=1", "nothing reads infra-kit:bogus. Keys: "),
        ("phase=2", "<namespace>:<key>=<value> is needed"),
        ("infra-kit:phase", "<namespace>:<key>=<value> is needed"),
        ("infra-kit:phase.x=2", "leads into '1', which is no mapping"),
        ("infra-kit:aws={", "not valid YAML"),
    ],
)
def test_a_setting_that_means_nothing_is_refused(project: Project, setting: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        read(project, "production", [setting])
    assert said in str(error.value)
    assert setting in str(error.value)


def test_an_unknown_stack_is_refused_with_those_there_are(project: Project) -> None:
    with pytest.raises(ConfigError, match=r"no stack 'prod'.*production, staging"):
        read(project, "prod")


def test_broken_yaml_is_told_with_its_line(project: Project) -> None:
    project.config_file("staging").write_text("config:\n  a: [1\n  b: 2\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="line 3"):
        read(project, "staging")


def test_what_is_encrypted_is_hidden_and_known_as_secret_however_deep(make_project: MakeProject) -> None:
    stack = "config: {shop:token: {secure: v1:abc}, shop:store: {keys: [{secure: v1:def}], region: eu}}"
    given = read(make_project("", production=stack), "production")
    assert given.values["shop:token"] == HIDDEN
    assert given.values["shop:store"] == {"keys": [HIDDEN], "region": "eu"}
    assert given.secrets == {"shop:token", "shop:store"}


def test_a_secret_that_its_owner_has_yet_to_set_is_assumed_and_told(make_project: MakeProject) -> None:
    stack = """
        config:
          infra-kit:target: vps
          infra-kit:vps:
            host: 203.0.113.10
            host_key: ssh-ed25519 AAAA
            backups: {endpoint: "https://s3.example", bucket: backups, access_key: KEY}
    """
    given = read(make_project("", production=stack), "production")
    assert given.get("vps")["backups"]["secret_key"] == HIDDEN
    assert given.assumed == ("infra-kit:vps.backups.secret_key", "infra-kit:vps.backups.passphrase")
    assert given.secrets == {"infra-kit:vps"}


def test_a_host_that_nobody_owns_yet_is_assumed_with_all_that_it_needs(make_project: MakeProject) -> None:
    given = read(make_project("", production="config: {infra-kit:target: vps}"), "production")
    paths = [path.removeprefix("infra-kit:vps.") for path in given.assumed]
    assert paths == [
        "host", "host_key", "backups.endpoint", "backups.bucket", "backups.access_key", "backups.secret_key",
        "backups.passphrase", "smtp.host", "smtp.sender", "smtp.username", "smtp.password",
    ]  # fmt: skip
    assert given.get("vps")["host"] == "203.0.113.10"


def test_of_a_host_that_is_said_only_what_is_required_is_assumed(make_project: MakeProject) -> None:
    said = "config: {infra-kit:target: vps, infra-kit:vps: {host: 203.0.113.10, user: deploy}}"
    given = read(make_project("", production=said), "production")
    assert given.assumed == ("infra-kit:vps.host_key",)
    assert given.get("vps")["user"] == "deploy"


@pytest.mark.parametrize("key", ["aws:region", "aws:defaultTags", "shop:currency"])
def test_what_a_provider_or_a_file_of_the_project_knows_may_be_set(project: Project, key: str) -> None:
    assert read(project, "production", [f"{key}=x"]).unheard == ()


@pytest.mark.parametrize("key", ["aws:regoin", "shop:unheard", "pay:plan"])
def test_of_any_other_key_the_run_has_to_show_whether_it_is_read(project: Project, key: str) -> None:
    given = read(project, "production", [f"{key}=x"])
    assert (given.values[key], given.unheard) == ("x", (key,))


def test_what_stands_outside_of_config_is_refused_with_its_line(project: Project) -> None:
    project.config_file("staging").write_text("encryptionsalt: v1:x\n\ninfra-kit:target: aws\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"Pulumi\.staging\.yaml, line 3: infra-kit:target is no key .* `config:`"):
        read(project, "staging")


def test_a_configuration_that_is_no_mapping_is_refused_with_its_line(project: Project) -> None:
    project.config_file("staging").write_text("environment: {}\nconfig: [a]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"Pulumi\.staging\.yaml, line 2: config: a mapping"):
        read(project, "staging")


def test_what_pulumi_knows_may_stand_beside_config(project: Project) -> None:
    text = "secretsprovider: passphrase\nencryptionsalt: v1:x\nencryptedkey: k\nenvironment: [shared]\n"
    project.config_file("staging").write_text(text, encoding="utf-8")
    assert "infra-kit:target" not in read(project, "staging").values
