"""Which CLI is chosen, and how one is got. The commands are small stand-ins: a real build takes two minutes."""

from __future__ import annotations

import os
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from infra_kit.engine import pulumi_cli
from infra_kit.engine.display import Progress
from infra_kit.errors import PulumiNotFoundError


@pytest.fixture
def said() -> StringIO:
    return StringIO()


@pytest.fixture
def progress(said: StringIO) -> Progress:
    return Progress(Console(file=said, width=200))


@pytest.fixture(autouse=True)
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """PATH is this one folder, and the cache and the installer's interpreter are of the test's own."""
    folder = tmp_path / "path"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("sys.executable", str(script(tmp_path / "python", "echo no network >&2; exit 1")))
    monkeypatch.setattr(pulumi_cli, "GO_ELSEWHERE", str(tmp_path / "nowhere"))
    return folder


def script(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\nPATH={os.defpath}\n{text}\n")
    file.chmod(0o755)
    return file


def pulumi(folder: Path, version: str) -> Path:
    script(folder / "pulumi", f"echo {version}")
    return folder


def go(path: Path, tmp_path: Path, version: str = "v3.192.0") -> None:
    sdk = tmp_path / "sdk"
    for helper in ("cmd/pulumi-language-python-exec", "dist/pulumi-resource-pulumi-python"):
        script(sdk / "python" / helper, "true").chmod(0o444)
    build = f"""case "$1" in
list) echo {sdk};;
build) while [ "$1" != -o ]; do shift; done
  printf '#!/bin/sh\\necho {version}\\n' > "$2/pulumi"; chmod 755 "$2/pulumi"; echo built >> {tmp_path}/builds;;
esac"""
    script(path / "go", build)


def test_the_one_on_path_is_taken_if_it_is_recent_enough(path: Path, progress: Progress, said: StringIO) -> None:
    pulumi(path, "v3.192.0")
    assert pulumi_cli.ensure(progress) == path
    assert said.getvalue() == ""


def test_an_old_one_on_path_gives_way_to_the_newest_that_infra_kit_got(path: Path, progress: Progress) -> None:
    pulumi(path, "v3.191.0")
    pulumi(pulumi_cli.cache() / "pulumi-3.192.0" / "bin", "v3.192.0")
    newest = pulumi(pulumi_cli.cache() / "pulumi-3.1000.1" / "bin", "v3.1000.1")
    assert pulumi_cli.ensure(progress) == newest


@pytest.mark.parametrize("text", ["exit 1", "echo what", "echo v2.9.9"])
def test_one_that_does_not_run_or_is_older_is_none(path: Path, text: str) -> None:
    script(path / "pulumi", text)
    assert pulumi_cli.find() is None


def test_pulumis_own_installer_comes_before_a_build(path: Path, progress: Progress, tmp_path: Path) -> None:
    go(path, tmp_path)
    fake = 'mkdir -p "$3/bin"; printf "#!/bin/sh\\necho v3.272.0\\n" > "$3/bin/pulumi"; chmod 755 "$3/bin/pulumi"'
    script(tmp_path / "python", fake)
    assert pulumi_cli.ensure(progress) == pulumi_cli.cache() / "pulumi-3.272.0" / "bin"
    assert not (tmp_path / "builds").exists()


def test_without_installer_it_is_built_once_with_its_helpers(
    path: Path, progress: Progress, tmp_path: Path, said: StringIO
) -> None:
    go(path, tmp_path)
    folder = pulumi_cli.ensure(progress)
    assert folder == pulumi_cli.cache() / "pulumi-3.192.0" / "bin"
    for helper in ("pulumi-language-python-exec", "pulumi-resource-pulumi-python"):
        assert os.access(folder / helper, os.X_OK)
    assert "! Pulumi's own installer failed (no network); building it with Go instead\n" in said.getvalue()
    assert "✗" not in said.getvalue()
    assert pulumi_cli.ensure(progress) == folder
    assert (tmp_path / "builds").read_text() == "built\n"


def test_an_installer_out_of_reach_is_told_in_words(
    path: Path, progress: Progress, tmp_path: Path, said: StringIO
) -> None:
    go(path, tmp_path)
    error = "urllib.error.URLError: <urlopen error [Errno -3] Temporary failure in name resolution>"
    script(tmp_path / "python", f"echo '{error}' >&2; exit 1")
    pulumi_cli.ensure(progress)
    assert "! Pulumi's own installer cannot be reached; building it with Go instead\n" in said.getvalue()
    assert "urlopen" not in said.getvalue()


def test_an_installer_that_hangs_is_given_up(
    path: Path, progress: Progress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: StringIO
) -> None:
    go(path, tmp_path)
    script(tmp_path / "python", "exec tail -f /dev/null")
    monkeypatch.setattr(pulumi_cli, "INSTALLER_SECONDS", 0.2)
    assert pulumi_cli.ensure(progress).is_dir()
    assert "given up" in said.getvalue()


def test_without_any_way_it_says_what_to_install_and_where_from(progress: Progress) -> None:
    with pytest.raises(PulumiNotFoundError) as missing:
        pulumi_cli.ensure(progress)
    message = str(missing.value)
    assert "3.192.0 or newer" in message
    assert "no network" in message
    assert "there is no Go on PATH" in message
    assert "https://www.pulumi.com/docs/install/" in message
    assert "https://go.dev/dl/" in message


def test_a_build_that_fails_leaves_nothing_behind_and_says_why(path: Path, progress: Progress) -> None:
    script(path / "go", "echo 'no space left on device' >&2; exit 1")
    with pytest.raises(PulumiNotFoundError, match="no space left on device"):
        pulumi_cli.ensure(progress)
    assert [file.name for file in pulumi_cli.cache().iterdir()] == ["install.lock"]


def test_the_module_that_pins_the_cli_names_the_version_that_is_required() -> None:
    module = (Path(__file__).parents[3] / "tools" / "pulumi" / "go.mod").read_text()
    assert "github.com/pulumi/pulumi/pkg/v3 v" + ".".join(map(str, pulumi_cli.MINIMUM)) in module
