from __future__ import annotations

import shlex
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from infra_kit.engine.project import Project, write_private
from infra_kit.errors import ConfigError


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    passphrases = ("PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE")
    ours = ("INFRA_KIT_HOME", "INFRA_KIT_ENV_OF", "INFRA_KIT_ENV_BACKEND")
    for name in (*ours, "PULUMI_BACKEND_URL", *passphrases):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\nstackConfigDir: environments\n")
    (tmp_path / "environments").mkdir()
    return tmp_path


def test_a_project_is_found_from_a_folder_deep_inside_it(root: Path) -> None:
    inside = root / "a" / "b"
    inside.mkdir(parents=True)
    project = Project.find(inside)
    assert (project.root, project.name, project.home) == (root, "shop", root / ".infra-kit")
    assert project.config_dir == root / "environments"


def test_outside_of_a_project_the_error_says_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=f"{tmp_path} is in no Pulumi project") as refused:
        Project.find(tmp_path)
    assert "or make one: two lines, `name: shop` and `runtime: python`" in str(refused.value)


def test_a_project_file_without_a_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("runtime: python\n")
    with pytest.raises(ConfigError, match="has no `name:`"):
        Project.find(tmp_path)


def test_infra_kit_home_holds_a_folder_of_its_own_for_each_project(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFRA_KIT_HOME", str(root / "elsewhere"))
    other = root / "other" / root.name
    other.mkdir(parents=True)
    (other / "Pulumi.yaml").write_text("name: shop\n")
    homes = {Project.find(project).home for project in (root, other, root)}
    assert len(homes) == 2
    assert {home.parent for home in homes} == {root / "elsewhere"}


def test_git_never_takes_the_private_folder(root: Path) -> None:
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    Project.find(root).prepare()
    answer = subprocess.run(["git", "status", "--short"], cwd=root, capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["??", "Pulumi.yaml"]


def test_a_home_that_cannot_be_made_is_a_clear_error(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFRA_KIT_HOME", "/proc/nowhere")
    with pytest.raises(ConfigError, match="cannot write infra_kit's private /proc/nowhere"):
        Project.find(root).prepare()


def test_the_passphrase_is_made_once_and_only_its_owner_reads_it(root: Path) -> None:
    project = Project.find(root)
    project.prepare()
    first = project.passphrase_file.read_text()
    project.prepare()
    assert project.passphrase_file.read_text() == first
    assert len(first) >= 32
    assert stat.S_IMODE(project.passphrase_file.stat().st_mode) == 0o600
    assert {file.name for file in project.home.iterdir() if file.is_file()} == {"passphrase", ".gitignore"}


def test_the_users_own_backend_and_passphrase_are_left_alone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://states")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "mine")
    project = Project.find(root)
    project.prepare()
    variables = project.environment(Path("/opt/pulumi/bin"))
    assert variables["PULUMI_BACKEND_URL"] == "s3://states"
    assert "PULUMI_CONFIG_PASSPHRASE_FILE" not in variables
    assert not project.passphrase_file.exists()


def with_backend(root: Path, url: str) -> Project:
    (root / "Pulumi.yaml").write_text(f"name: shop\nbackend: {{url: '{url}'}}\n")
    return Project.find(root)


def test_the_backend_is_the_one_that_the_projects_file_says(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = with_backend(root, "s3://states")
    assert project.backend == "s3://states"
    assert project.environment(Path("/opt/pulumi/bin"))["PULUMI_BACKEND_URL"] == "s3://states"
    monkeypatch.setenv("PULUMI_BACKEND_URL", "gs://states")
    assert project.backend == "gs://states"


@pytest.mark.parametrize(
    ("url", "folder"), [("file://./team", "{root}/team"), ("file:///srv/team", "/srv/team"), ("file://~", "{home}")]
)
def test_a_backends_folder_is_the_same_wherever_pulumi_runs(
    root: Path, monkeypatch: pytest.MonkeyPatch, url: str, folder: str
) -> None:
    """Pulumi itself reads it from the folder on that it is started in."""
    monkeypatch.setenv("HOME", str(root / "ana"))
    assert with_backend(root, url).backend == f"file://{folder.format(root=root, home=root / 'ana')}"


def test_a_backend_that_is_no_mapping_is_refused_with_its_form(root: Path) -> None:
    (root / "Pulumi.yaml").write_text("name: shop\nbackend: s3://states\n")
    with pytest.raises(ConfigError, match=r"Pulumi\.yaml: backend: given 's3://states'.*backend: \{url: s3://states\}"):
        Project.find(root)


def test_a_backends_password_is_not_shown(root: Path) -> None:
    project = with_backend(root, "postgres://ana:geheim@db.example.org/states?sslpassword=geheim")
    assert project.backend_shown == "postgres://db.example.org/states"


def other_project(root: Path, more: str = "") -> Project:
    other = root / "other"
    other.mkdir()
    (other / "Pulumi.yaml").write_text(f"name: other\n{more}")
    return Project.find(other)


@pytest.mark.parametrize("more", ["", "backend: {url: s3://others}\n"])
def test_what_env_of_another_project_left_in_the_shell_is_not_the_users_own(
    root: Path, monkeypatch: pytest.MonkeyPatch, more: str
) -> None:
    for key, value in other_project(root, more).environment(Path("/opt/pulumi/bin")).items():
        monkeypatch.setenv(key, value)
    project = Project.find(root)
    project.prepare()
    variables = project.environment(Path("/opt/pulumi/bin"))
    assert variables["PULUMI_BACKEND_URL"] == f"file://{root}/.infra-kit/state"
    assert variables["PULUMI_CONFIG_PASSPHRASE_FILE"] == str(root / ".infra-kit" / "passphrase")
    assert project.passphrase_file.exists()


def test_the_users_own_backend_goes_with_them_from_project_to_project(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://states")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE_FILE", "/home/ana/passphrase")
    for key, value in other_project(root).environment(Path("/opt/pulumi/bin")).items():
        monkeypatch.setenv(key, value)
    variables = Project.find(root).environment(Path("/opt/pulumi/bin"))
    assert variables["PULUMI_BACKEND_URL"] == "s3://states"
    assert "PULUMI_CONFIG_PASSPHRASE_FILE" not in variables


def test_the_cli_and_the_interpreter_come_first_on_path_and_only_once(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = str(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", f"/usr/bin:{own}:/opt/pulumi/bin")
    path = Project.find(root).environment(Path("/opt/pulumi/bin"))["PATH"]
    assert path == f"/opt/pulumi/bin:{own}:/usr/bin"


def test_the_variables_survive_the_shell_even_in_a_folder_with_blanks_and_quotes(tmp_path: Path) -> None:
    root = tmp_path / "it's my shop"
    root.mkdir()
    (root / "Pulumi.yaml").write_text("name: shop\n")
    variables = Project.find(root).environment(Path("/opt/my cli"))
    lines = [f"export {key}={shlex.quote(value)}" for key, value in variables.items()]
    script = "\n".join([*lines, 'printf %s "$PULUMI_BACKEND_URL"'])
    answer = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True)
    assert answer.stdout == f"file://{root}/.infra-kit/state"


def test_a_private_file_is_replaced_whole(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "config.yaml"
    write_private(file, "old")
    write_private(file, "new")
    assert file.read_text() == "new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_links_are_followed_so_that_every_process_sees_one_home(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk, link = root / "disk", root / "link"
    disk.mkdir()
    link.symlink_to(root)
    (root / ".infra-kit").symlink_to(disk)
    project = Project.find(link)
    assert (project.root, project.home) == (root, disk)
    (root / "elsewhere").symlink_to(disk)
    monkeypatch.setenv("INFRA_KIT_HOME", str(root / "elsewhere"))
    assert Project.find(root).home.parent == disk


def test_a_relative_home_or_one_below_the_users_own_is_handed_on_whole(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    monkeypatch.setenv("HOME", str(root / "ana"))
    for given, home in [("data", root / "data"), ("~/data", root / "ana" / "data")]:
        monkeypatch.setenv("INFRA_KIT_HOME", given)
        project = Project.find(root)
        assert project.home.parent == home
        assert project.environment(Path("/opt/pulumi/bin"))["INFRA_KIT_HOME"] == str(home)


def test_the_default_home_is_not_handed_on(root: Path) -> None:
    assert "INFRA_KIT_HOME" not in Project.find(root).environment(Path("/opt/pulumi/bin"))
