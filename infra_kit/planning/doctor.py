"""What is missing to deploy a stack, each with the command that mends it. Its hosts are asked for their Docker, AWS for
what no plan can set (`opt_ins`), and nothing else is reached for."""

from __future__ import annotations

import os
import platform
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from infra_kit._configuration import HIDDEN
from infra_kit.engine import config_hints, pulumi_cli
from infra_kit.engine.project import Project
from infra_kit.planning import daemons, opt_ins
from infra_kit.planning.asking import Answer
from infra_kit.planning.programs import Planned

if TYPE_CHECKING:
    from infra_kit.providers.vps.settings import VpsSettings


@dataclass(frozen=True)
class Check:
    """One thing that a deployment needs."""

    what: str
    said: str
    """What was found, or what its absence means."""
    mend: str = ""
    """The command that mends it; empty where it was found."""
    needed: bool = True
    """False: only some commands need it, or it comes by itself."""

    @property
    def found(self) -> bool:
        return not self.mend


@dataclass(frozen=True)
class Machine:
    """Where a doctor looks: this user's environment and home."""

    environment: Mapping[str, str]
    home: Path

    @classmethod
    def this(cls) -> Machine:
        return cls(os.environ, Path.home())

    def has(self, *variables: str) -> str:
        """The first of these variables that is set; empty: none."""
        return next((each for each in variables if self.environment.get(each)), "")

    def program(self, name: str) -> str | None:
        return shutil.which(name, path=self.environment.get("PATH"))


def checks(planned: Planned, machine: Machine | None = None) -> tuple[Check, ...]:
    """All that the deployment of a planned stack needs of this machine."""
    here = machine or Machine.this()
    targets = {made.target.name for made in planned.components}
    found = [_cli(), *_settings(planned), *_plugins(planned, here)]
    found += (_region(name, here, planned) for name in _REGIONS if _has_no_region(planned, name))
    for target, look in (("aws", _aws), ("gcp", _gcp), ("cloudflare", _cloudflare), ("vps", _vps)):
        if target in targets:
            found += look(planned, here)
    if daemons.is_needed_here(planned):
        found.append(_answered("Docker on this machine", daemons.here(here.environment)))
    return tuple(found)


def _cli() -> Check:
    folder = pulumi_cli.find()
    if folder:
        return Check("Pulumi CLI", f"{'.'.join(map(str, pulumi_cli.version(folder)))} in {folder}")
    return Check(
        "Pulumi CLI",
        "none that is recent enough; the first `infra-kit up` gets one, which takes minutes",
        "curl -fsSL https://get.pulumi.com | sh",
    )


def _settings(planned: Planned) -> Iterator[Check]:
    """What a plan could assume and a deployment cannot."""
    for path in planned.configuration.assumed:
        secret = _value(planned.configuration.values, path) == HIDDEN
        yield Check(f"setting {path}", "nobody has set it", _set(planned, path, "" if secret else _placeholder(path)))


def _set(planned: Planned, path: str, value: str = "") -> str:
    """The command that sets a setting; without a value it is a secret, which Pulumi asks for."""
    secret, said = ("", f" '{value}'") if value else ("--secret ", "")
    return config_hints.command(f"{secret}--path '{path}'{said}", planned.stack)


def _placeholder(path: str) -> str:
    name = path.rpartition(".")[2]
    if name == "host_key":
        return "<what ssh-keyscan -t ed25519 says of the host, without its name>"
    return f"<{name.replace('_', ' ')}>"


def _value(values: Mapping[str, Any], path: str) -> Any:
    """What stands at a path of dots."""
    key, *inside = path.split(".")
    found = values.get(key)
    for name in inside:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


_REGIONS = {
    "aws": ("AWS_REGION", "AWS_DEFAULT_REGION"),
    "gcp": ("GOOGLE_REGION", "GCLOUD_REGION", "CLOUDSDK_COMPUTE_REGION"),
}
"""By target, the variables that its provider takes a region from
(https://www.pulumi.com/registry/packages/aws/installation-configuration/, …/gcp/…)."""


def _has_no_region(planned: Planned, name: str) -> bool:
    said = planned.configuration.values.get(f"{name}:region")
    return not said and any(made.target.name == name and not made.target.region for made in planned.components)


def _region(name: str, here: Machine, planned: Planned) -> Check:
    if variable := here.has(*_REGIONS[name]):
        return Check(f"region of {name}", variable)
    ours = planned.configuration.get("target") == name
    key = "infra-kit:region" if ours else f"{name}:region"
    return Check(f"region of {name}", "none is set", _set(planned, key, "<region>"))


_OURS = {"pulumi", "pulumi-python", "infra-kit"}


def _plugins(planned: Planned, here: Machine) -> Iterator[Check]:
    """The providers' plugins, of the versions that their SDKs here ask for."""
    packages = sorted({resource.type.partition(":")[0] for resource in planned.resources} - _OURS)
    folder = Path(here.environment.get("PULUMI_HOME") or here.home / ".pulumi") / "plugins"
    for package in packages:
        wanted = _version(f"pulumi-{package}")
        there = sorted(path.name for path in folder.glob(f"resource-{package}-v*") if path.is_dir())
        right = f"resource-{package}-v{wanted}"
        if right in there:
            yield Check(f"plugin {package}", f"{wanted} in {folder}")
        else:
            other = f"; there is {', '.join(there)}" if there else ""
            yield Check(
                f"plugin {package}",
                f"{wanted} is not there{other}; `pulumi up` loads it, if it reaches get.pulumi.com",
                f"pulumi plugin install resource {package} v{wanted}",
                needed=False,
            )


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unknown"


_AWS_KEYS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
)
"""https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html"""


def _aws(planned: Planned, here: Machine) -> Iterator[Check]:
    variable = here.has(*_AWS_KEYS)
    configured = bool(planned.configuration.values.get("aws:profile"))
    files = [here.home / ".aws" / name for name in ("credentials", "config")]
    file = next((each for each in files if each.is_file()), None)
    if variable or configured or file:
        yield Check("AWS credentials", variable or ("aws:profile" if configured else str(file)))
    else:
        yield Check("AWS credentials", "none in the environment, none in ~/.aws", "aws configure sso")
    yield _tool(here, "session-manager-plugin", "`infra-kit connect` goes through it", _SESSION_MANAGER, needed=False)
    for region, answer in opt_ins.of_documents(planned, here.environment):
        yield _answered(" ".join(filter(None, ["AWS Backup's opt-in of DocumentDB", region])), answer)


_ARCHITECTURE = "arm64" if platform.machine() in {"aarch64", "arm64"} else "64bit"
_SESSION_MANAGER = (
    f"curl -fsSLO https://s3.amazonaws.com/session-manager-downloads/plugin/latest/ubuntu_{_ARCHITECTURE}/"
    "session-manager-plugin.deb && sudo dpkg -i session-manager-plugin.deb"
)
"""Of Debian and Ubuntu; other systems:
https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html"""
_GCLOUD = "curl -fsSL https://sdk.cloud.google.com | bash"
"""https://cloud.google.com/sdk/docs/downloads-interactive"""
_GCP_KEYS = ("GOOGLE_CREDENTIALS", "GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_OAUTH_ACCESS_TOKEN")
"""https://www.pulumi.com/registry/packages/gcp/installation-configuration/"""


def _gcp(planned: Planned, here: Machine) -> Iterator[Check]:
    file = here.home / ".config" / "gcloud" / "application_default_credentials.json"
    variable = here.has(*_GCP_KEYS)
    if variable or file.is_file():
        yield Check("Google credentials", variable or str(file))
    else:
        yield Check(
            "Google credentials",
            "none in the environment, none of gcloud",
            "gcloud auth application-default login",
        )
    settings = [made.target.settings for made in planned.components if made.target.name == "gcp"]
    said = planned.configuration.values.get("gcp:project") or here.has("GOOGLE_PROJECT", "GOOGLE_CLOUD_PROJECT")
    project = next(filter(None, (getattr(each, "project", None) for each in settings)), None) or said
    if not project:
        yield Check("Google project", "none is named", _set(planned, "infra-kit:gcp.project", "<id>"))
    yield _tool(here, "gcloud", "`infra-kit connect` goes through it", _GCLOUD, needed=False)


_CLOUDFLARE_KEY = "cloudflare:apiToken"
_CLOUDFLARE_RIGHTS = {
    "infra-kit:index:ObjectStore": "Workers R2 Storage: Edit, Account API Tokens: Edit",
    "infra-kit:index:Domain": "Zone: Edit, DNS: Edit",
}
"""By what is placed there, what a token must be allowed
(https://developers.cloudflare.com/fundamentals/api/reference/permissions/)."""


def _cloudflare(planned: Planned, here: Machine) -> Iterator[Check]:
    variable = here.has("CLOUDFLARE_API_TOKEN")
    if variable or planned.configuration.values.get(_CLOUDFLARE_KEY):
        yield Check("Cloudflare token", variable or _CLOUDFLARE_KEY)
        return
    placed = {made.type for made in planned.components if made.target.name == "cloudflare"}
    rights = ", ".join(text for kind, text in _CLOUDFLARE_RIGHTS.items() if kind in placed)
    yield Check(
        "Cloudflare token",
        "none in the environment, none in the stack's file",
        f"{_set(planned, _CLOUDFLARE_KEY)}   # made at https://dash.cloudflare.com/profile/api-tokens, with {rights}",
    )


def _vps(planned: Planned, here: Machine) -> Iterator[Check]:
    yield _tool(here, "ssh", "the host is reached by it", "apt install openssh-client")
    hosts = {made.target.key: made.target.settings for made in planned.components if made.target.name == "vps"}
    for name, settings in hosts.items():
        host = cast("VpsSettings", settings)
        yield _key(name, Path(host.key_file).expanduser() if host.key_file else None, here)
        if f"infra-kit:{name}.host" in planned.configuration.assumed:
            continue  # there is none yet
        if re.search(r"(Example|A{20})", host.host_key):
            yield Check(
                f"host key of {name}",
                "it is an example",
                f"ssh-keyscan -t ed25519 {host.host}   # compare it with what the provider's console shows",
            )
        elif here.program("ssh"):
            yield _answered(f"Docker on {name}", daemons.on(host, here.environment))


def _answered(what: str, answer: Answer) -> Check:
    return Check(what, answer.found or answer.said, answer.mend, answer.needed)


def _key(name: str, file: Path | None, here: Machine) -> Check:
    if file:
        return Check(
            f"SSH key of {name}",
            str(file),
            "" if file.is_file() else f"ssh-keygen -t ed25519 -f {file}",
        )
    own = sorted((here.home / ".ssh").glob("id_*"))
    agent = here.has("SSH_AUTH_SOCK")
    if own or agent:
        return Check(f"SSH key of {name}", agent or str(own[0]))
    return Check(f"SSH key of {name}", "no agent, and no key in ~/.ssh", "ssh-keygen -t ed25519")


def _tool(here: Machine, name: str, why: str, mend: str, *, needed: bool = True) -> Check:
    path = here.program(name)
    return Check(name, path or why, "" if path else mend, needed=needed)


def project_checks(project: Project) -> tuple[Check, ...]:
    """What is needed whatever the stack is."""
    there = next(folder for folder in (project.home, *project.home.parents) if folder.exists())
    writable = there.is_dir() and os.access(there, os.W_OK | os.X_OK)
    mend = "" if writable else f"export INFRA_KIT_HOME=<a folder of your own>   # {project.home} cannot be written"
    return (Check("folder of state", str(project.home), mend),)
