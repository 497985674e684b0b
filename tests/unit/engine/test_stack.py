from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from infra_kit.engine.display import Progress
from infra_kit.engine.project import Project
from infra_kit.engine.stack import Stack, check_known, choose, place, read_config
from infra_kit.errors import ConfigError, EngineError

SALT = "v1:abc=:v1:def"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(root=tmp_path, name="shop", config_dir=tmp_path, home=tmp_path / ".infra-kit")


def author(project: Project, text: str, stack: str = "shop-development") -> Stack:
    (project.config_dir / f"Pulumi.{stack}.yaml").write_text(text)
    return Stack(project, stack, Path("/opt/pulumi"))


def test_the_engine_gets_a_private_copy_so_that_the_tracked_file_stays_as_it_is(project: Project) -> None:
    stack = author(project, "config:\n  shop:size: 2 # as small as it goes\n")
    copy = stack.config_file()
    assert copy.is_relative_to(project.home)
    assert yaml.safe_load(copy.read_text()) == {"config": {"shop:size": 2}}


def test_the_copy_follows_the_tracked_file_and_keeps_its_salt(project: Project) -> None:
    stack = author(project, "config: {shop:size: 2}\n")
    copy = stack.config_file()
    copy.write_text(copy.read_text() + f"encryptionsalt: {SALT}\n")
    author(project, "config: {shop:size: 3}\n")
    assert stack.config_file() == copy
    assert yaml.safe_load(copy.read_text()) == {"config": {"shop:size": 3}, "encryptionsalt": SALT}


@pytest.mark.parametrize("own", [f"encryptionsalt: {SALT}", "secretsprovider: awskms://alias/shop"])
def test_a_file_that_says_how_it_is_encrypted_is_used_as_it_is(project: Project, own: str) -> None:
    stack = author(project, f"{own}\nconfig: {{shop:size: 2}}\n")
    assert stack.config_file() == project.config_file("shop-development")


def test_a_stack_that_stands_where_its_state_was_before_is_not_made_again_elsewhere(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = author(replace(project, backend_url="s3://states"), "")
    state = project.home / "state" / ".pulumi" / "stacks" / "shop" / f"{stack.name}.json"
    state.parent.mkdir(parents=True)
    state.write_text("{}")
    monkeypatch.delenv("PULUMI_BACKEND_URL", raising=False)
    monkeypatch.setattr(Stack, "_listed", lambda _: {})
    monkeypatch.setattr(Stack, "_create", lambda _: pytest.fail("it was made"))
    with pytest.raises(EngineError, match=r"s3://states knows no stack shop-development, and .* is one.*stack import"):
        stack.prepare(Progress())


def test_an_empty_stack_file_is_an_empty_configuration(project: Project) -> None:
    assert yaml.safe_load(author(project, "").config_file().read_text()) == {}


def test_an_unknown_stack_is_refused_with_those_there_are(project: Project) -> None:
    author(project, "", "shop-development")
    author(project, "", "shop-production")
    with pytest.raises(
        ConfigError, match=r"no stack 'shop-prod'\. Stacks: shop-development, shop-production\."
    ) as refused:
        read_config(project, "shop-prod")
    assert str(refused.value).endswith(how_to_make(project, "shop-prod"))


def test_a_stack_whose_file_is_gone_is_known_by_the_copy_that_a_run_has_left(project: Project) -> None:
    stack = author(project, "config: {shop:size: 2}\n")
    copy = stack.config_file()
    project.config_file("shop-development").unlink()
    check_known(project, "shop-development")
    assert stack.config_file() == copy
    with pytest.raises(ConfigError, match=r"is gone: .*its last content is in .*\.infra-kit/config/Pulumi\.shop-dev"):
        read_config(project, "shop-development")
    with pytest.raises(ConfigError, match="no stack 'shop-prod'"):
        check_known(project, "shop-prod")


def test_a_numbered_stack_without_a_file_of_its_own_has_its_templates(project: Project) -> None:
    author(project, "config: {shop:size: 2, infra-kit:environment: preview}\n", "shop-preview")
    numbered = Stack(project, "shop-preview-123", Path("/opt/pulumi"))
    assert read_config(project, numbered.name) == {"config": {"shop:size": 2, "infra-kit:environment": "preview"}}
    assert numbered.config_file() == project.home / "config" / "Pulumi.shop-preview-123.yaml"
    assert project.stacks() == ["shop-preview"]
    author(project, "config: {shop:size: 3}\n", "shop-preview-124")
    assert read_config(project, "shop-preview-124") == {"config": {"shop:size": 3}}


@pytest.mark.parametrize("config", ["{infra-kit:environment: production}", "{shop:size: 2}", "[]"])
def test_a_slip_at_the_keyboard_makes_no_second_production(project: Project, config: str) -> None:
    author(project, f"config: {config}\n", "shop-production")
    with pytest.raises(ConfigError, match="no stack 'shop-production-2'"):
        read_config(project, "shop-production-2")


def test_a_number_alone_or_of_an_unknown_template_is_no_stack(project: Project) -> None:
    author(project, "config: {infra-kit:environment: preview}\n", "shop-preview")
    for unknown in ("123", "shop-staging-123", "shop-preview-12a", "shop-preview-"):
        with pytest.raises(ConfigError, match=f"no stack '{unknown}'"):
            read_config(project, unknown)


def how_to_make(project: Project, stack: str) -> str:
    file = project.root / f"Pulumi.{stack}.yaml"
    return f"write {file}:\nconfig:\n  infra-kit:target: local\n  infra-kit:environment: development"


def test_a_stack_file_that_is_no_mapping_is_refused_by_name(project: Project) -> None:
    author(project, "- a\n- b\n")
    with pytest.raises(ConfigError, match=r"Pulumi.shop-development.yaml must hold a mapping"):
        read_config(project, "shop-development")


def test_a_stack_file_with_broken_yaml_is_refused_by_name(project: Project) -> None:
    author(project, "config: {")
    with pytest.raises(ConfigError, match=r"Pulumi.shop-development.yaml is not valid YAML"):
        read_config(project, "shop-development")


def test_the_stack_is_the_one_asked_for_else_the_only_one_else_the_selected_one(project: Project) -> None:
    author(project, "", "shop-development")
    assert choose(project, None) == "shop-development"
    author(project, "", "shop-production")
    assert choose(project, "shop-production") == "shop-production"
    assert choose(project, None, selected="shop-development") == "shop-development"


def test_without_a_choice_the_error_lists_the_stacks(project: Project) -> None:
    author(project, "", "shop-development")
    author(project, "", "shop-production")
    with pytest.raises(ConfigError, match=r"--stack NAME. Stacks: shop-development, shop-production"):
        choose(project, None)


def test_without_any_stack_the_error_says_how_to_make_one(project: Project) -> None:
    with pytest.raises(ConfigError, match="there is no stack") as refused:
        choose(project, None)
    assert str(refused.value).endswith(how_to_make(project, "shop-development"))


@pytest.mark.parametrize(
    ("shared", "own", "said"),
    [
        ("", "", "local (default), development (default)"),
        ("", "infra-kit:target: local\n  infra-kit:environment: stagin", "local, stagin"),
        ("", "infra-kit:target: aws", "aws, no environment"),
        ("infra-kit:target: {value: gcp}", "infra-kit:environment: production", "gcp, production"),
        ("infra-kit:target: {value: gcp}", "infra-kit:target: local", "local, development (default)"),
    ],
)
def test_where_a_stack_runs_and_what_for_is_read_from_its_file_and_the_projects(
    project: Project, shared: str, own: str, said: str
) -> None:
    (project.root / "Pulumi.yaml").write_text(f"name: shop\nconfig:\n  {shared}\n")
    author(project, f"config:\n  {own}\n")
    assert place(project, "shop-development") == said
