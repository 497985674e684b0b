"""Where a project stands: its root, its private home folder, and the environment that Pulumi's engine gets."""

from __future__ import annotations

import os
import re
import secrets
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from infra_kit import home as homes
from infra_kit.errors import ConfigError

PROJECT_FILES = ("Pulumi.yaml", "Pulumi.yml")
_FILES = "file://"
PREVIEW = "preview"
"""The environment whose stacks are made and removed by number."""
ENV_OF = "INFRA_KIT_ENV_OF"
"""Set by `infra-kit env`: the home whose passphrase it exported. It is not the user's own."""
ENV_BACKEND = "INFRA_KIT_ENV_BACKEND"
"""Set by `infra-kit env`: the project's own backend. In `$PULUMI_BACKEND_URL` it is not the user's."""


@dataclass(frozen=True)
class Project:
    """A folder with a Pulumi.yaml.

    Args:
        root: the folder that holds Pulumi.yaml.
        name: the project's name, from Pulumi.yaml.
        config_dir: the folder of the stacks' files (`stackConfigDir`, default: the root).
        home: infra_kit's private folder: state, passphrase, locks. `$INFRA_KIT_HOME`, default `<root>/.infra-kit`.
        backend_url: `backend.url` of Pulumi.yaml; empty where it says none.
    """

    root: Path
    name: str
    config_dir: Path
    home: Path
    backend_url: str = ""

    @classmethod
    def find(cls, start: Path | None = None) -> Project:
        """The project that `start` (default: the current folder) is in. Raises ConfigError outside of any."""
        here = (start or Path.cwd()).resolve()
        for folder in (here, *here.parents):
            for file in (folder / name for name in PROJECT_FILES):
                if file.is_file():
                    return cls._read(file)
        raise ConfigError(
            f"{here} is in no Pulumi project: there is no Pulumi.yaml here or above. Run this inside a project, "
            "or make one: two lines, `name: shop` and `runtime: python`."
        )

    @classmethod
    def _read(cls, file: Path) -> Project:
        settings = read_yaml(file)
        if not isinstance(settings.get("name"), str):
            raise ConfigError(f"{file} has no `name:`. A Pulumi project file needs one.")
        root = file.parent.resolve()
        return cls(
            root=root,
            name=settings["name"],
            config_dir=root / str(settings.get("stackConfigDir") or "."),
            home=homes.of_project(root),
            backend_url=_backend_url(file, settings),
        )

    @property
    def file(self) -> Path:
        """Pulumi.yaml, under either of its names."""
        first, *others = (self.root / name for name in PROJECT_FILES)
        return next((file for file in others if file.is_file()), first)

    def config_file(self, stack: str) -> Path:
        """The stack's file as its author wrote it; of a numbered one without a file of its own, `shop-preview-123`,
        that of its template, `shop-preview`, where that is for previews: a slip at the keyboard makes no second
        production."""
        own, template = self._config_file(stack), template_of(stack)
        if own.is_file() or template is None:
            return own
        file = self._config_file(template)
        return file if file.is_file() and _is_for_previews(file) else own

    def _config_file(self, stack: str) -> Path:
        return self.config_dir / f"Pulumi.{stack}.yaml"

    def config_copy(self, stack: str) -> Path:
        """The copy of it that the engine runs with, salt included; it outlives the file."""
        return self.home / "config" / f"Pulumi.{stack}.yaml"

    def stacks(self) -> list[str]:
        """The names of the stacks that have a file, sorted."""
        files = self.config_dir.glob("Pulumi.*.yaml")
        return sorted(file.name.removeprefix("Pulumi.").removesuffix(".yaml") for file in files)

    @property
    def backend(self) -> str:
        """The URL of the state's backend: the user's `$PULUMI_BACKEND_URL`, else Pulumi.yaml's, else a folder in the
        home."""
        return self._from_root(_users_own("PULUMI_BACKEND_URL") or "") or self._own_backend

    @property
    def backend_shown(self) -> str:
        """The same for people: without a user, a password and options."""
        return re.sub(r"//[^/]*@", "//", self.backend.partition("?")[0])

    @property
    def backend_folder(self) -> Path | None:
        """Where a backend of files keeps them; None for a backend that is no folder."""
        return Path(self.backend.removeprefix(_FILES)) if self.backend.startswith(_FILES) else None

    @property
    def _own_backend(self) -> str:
        return self._from_root(self.backend_url) or f"{_FILES}{self.home / 'state'}"

    def _from_root(self, url: str) -> str:
        """Pulumi reads a folder's URL from where it is started, which for infra_kit is not always the root."""
        if not url.startswith(_FILES):
            return url
        return f"{_FILES}{self.root / Path(url.removeprefix(_FILES)).expanduser()}"

    @property
    def passphrase_file(self) -> Path:
        """What encrypts the secrets in the state. Made once, mode 0600; losing it loses the state's secrets."""
        return _passphrase_in(self.home)

    def prepare(self) -> None:
        """Makes the home folder, the state's folder and the passphrase, where they are not there yet."""
        homes.make(self.root)
        with homes.refusals_told():
            self.home.mkdir(mode=0o711, exist_ok=True)
            if self.backend_folder:
                self.backend_folder.mkdir(parents=True, exist_ok=True)
        if not _user_has_passphrase():
            with homes.refusals_told():
                _make_once(self.passphrase_file, secrets.token_urlsafe(32))

    def environment(self, cli: Path) -> dict[str, str]:
        """The variables that make any `pulumi` command work on this project; `cli` is the CLI's folder.

        PATH gets the CLI and this interpreter's folder, so that a project without `virtualenv:` finds its packages.
        """
        path = os.environ.get("PATH", os.defpath).split(os.pathsep)
        first = [str(cli), str(Path(sys.executable).parent)]
        variables = {
            "PATH": os.pathsep.join(first + [folder for folder in path if folder not in first]),
            "PULUMI_BACKEND_URL": self.backend,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            ENV_OF: str(self.home),
            ENV_BACKEND: self._own_backend,
        }
        base = homes.base(self.root)
        if base:
            variables[homes.VARIABLE] = str(base)  # the program runs in another folder
        if not _user_has_passphrase():
            variables["PULUMI_CONFIG_PASSPHRASE_FILE"] = str(self.passphrase_file)
        return variables


def template_of(stack: str) -> str | None:
    """The name whose file a numbered stack has, `shop-preview` of `shop-preview-123`: one for each pull request. None
    where it has no number."""
    name, _, number = stack.rpartition("-")
    return name if name and re.fullmatch("[0-9]+", number) else None


def _backend_url(file: Path, settings: dict[str, Any]) -> str:
    backend = settings.get("backend") or {}
    if not isinstance(backend, dict):
        raise ConfigError(f"{file}: backend: given {backend!r}; a mapping is needed: backend: {{url: s3://states}}")
    return str(backend.get("url") or "")


def _is_for_previews(file: Path) -> bool:
    config = read_yaml(file).get("config")
    return isinstance(config, dict) and config.get("infra-kit:environment") == PREVIEW


def read_yaml(file: Path) -> dict[str, Any]:
    """A YAML file whose top is a mapping; an empty file is an empty mapping."""
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ConfigError(f"{file} is not valid YAML: {error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file} is not UTF-8: {error}. Save it as UTF-8.") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ConfigError(f"{file} must hold a mapping (key: value), not {type(content).__name__}.")
    return content


def write_private(file: Path, text: str) -> None:
    """Writes a file of mode 0600 in one step: a reader sees the old or the new content, never half of it."""
    with homes.refusals_told():
        _private_temporary(file, text).replace(file)


def _make_once(file: Path, text: str) -> None:
    if file.exists():
        return
    temporary = _private_temporary(file, text)
    try:
        os.link(temporary, file)  # unlike a rename, a link never overwrites: of two at once the first one counts
    except FileExistsError:
        return
    finally:
        temporary.unlink()


def _private_temporary(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")  # mkstemp gives mode 0600
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
    return Path(name)


def _user_has_passphrase() -> bool:
    return "PULUMI_CONFIG_PASSPHRASE" in os.environ or _users_own("PULUMI_CONFIG_PASSPHRASE_FILE") is not None


def _users_own(variable: str) -> str | None:
    """What the user set, not what `infra-kit env` of this or another project left in the shell."""
    value, home = os.environ.get(variable), os.environ.get(ENV_OF)
    ours = {os.environ.get(ENV_BACKEND), str(_passphrase_in(Path(home))) if home else None}
    return None if value in ours else value


def _passphrase_in(home: Path) -> Path:
    return home / "passphrase"
