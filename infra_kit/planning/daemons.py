"""Whether Docker answers where a stack needs it: on its hosts, asked over SSH, and on this machine.

Asked is `docker version`, which changes nothing (https://docs.docker.com/reference/cli/docker/version/). A host is
spoken to only if it shows the key that the settings name.
"""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Mapping
from typing import TYPE_CHECKING

from infra_kit.planning import saved
from infra_kit.planning.asking import NO_ANSWER, Answer, run
from infra_kit.planning.programs import Planned

if TYPE_CHECKING:
    from infra_kit.providers.vps.settings import VpsSettings

_ASKED = ["docker", "version", "--format", "{{.Server.Version}}"]
_NO_PROGRAM = 127


def on(host: VpsSettings, environment: Mapping[str, str]) -> Answer:
    """Docker on a host, as a deployment will find it: with the same login, and the same key of the host."""
    from infra_kit.providers.vps import ssh  # noqa: PLC0415  only where there is a VPS, Docker's SDK is there

    code, out, err = run([*ssh.interpreter(host), shlex.join(_ASKED)], environment)
    if code == 0:
        return Answer(out)
    login = shlex.join(["ssh", "-p", str(host.port), f"{host.user}@{host.host}"])
    if code == NO_ANSWER:
        return Answer(said=err, mend=_login_mended(host, err, login))
    if code != _NO_PROGRAM:
        return Answer(said=err, mend=f"{login} -- {_daemon_mended(host.user, err)}")
    if host.bootstrap:
        return Answer(said="there is none yet: the first `infra-kit up` installs it")
    return Answer(said=err, mend=f"{login} -- {_as_root(host.user)}apt-get install docker.io")


def _login_mended(host: VpsSettings, err: str, login: str) -> str:
    at = f"-p {host.port} {host.host}"
    if "Host key verification failed" in err:
        return f"ssh-keyscan -t ed25519 {at}   # compare it with what the provider's console shows, then set host_key"
    if "Permission denied" in err:
        key = f"-i {shlex.quote(host.key_file)} " if host.key_file else ""
        return f"ssh-copy-id {key}-p {host.port} {host.user}@{host.host}"
    return f"{login} -v   # says how far it comes"


def _daemon_mended(user: str, err: str) -> str:
    if "permission denied" in err.lower():
        return f"sudo usermod -aG docker {user}"
    return f"{_as_root(user)}systemctl start docker"


def _as_root(user: str) -> str:
    return "" if user == "root" else "sudo "


def is_needed_here(planned: Planned) -> bool:
    """Whether the program makes something with the Docker of this machine."""
    docker = (it for it in saved.of(planned) if it.custom and it.type.startswith("docker:"))
    return any(not it.place or it.place.startswith("unix:") for it in docker)


def here(environment: Mapping[str, str]) -> Answer:
    """The Docker of this machine, or the one that DOCKER_HOST or the client's context names."""
    if not shutil.which("docker", path=environment.get("PATH")):
        return Answer(said="there is no docker on PATH", mend="sudo apt-get install docker.io")
    code, out, err = run(_ASKED, environment)
    if code == 0:
        return Answer(out)
    user = environment.get("USER") or "$USER"
    return Answer(said=err, mend=_daemon_mended(user, err) if user != "root" else "systemctl start docker")
