"""OpenSearch on this machine: its own releases from Maven Central, put together once, and a Java that is here.

No wheel holds it. Each file is fetched by jgo, a resolver of Maven's repositories, and must have the digest that
`opensearch.lock` says. What the project's own packages have beside the jars (descriptors, and what each module may do)
is written here.

Why 2.19.4: of all versions, the latest whose security plugin is in Maven Central beside it. Its jars run on Java 11 to
23: 24 has no security manager any more (https://openjdk.org/jeps/486). The class loader is of 2.19.6, for that of
2.19.4 is not there; it is one class, and the same.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from infra_kit._installation import pip_install
from infra_kit.errors import ServerError
from infra_kit.providers.local import builds
from infra_kit.providers.local import home as homes

VERSION = "2.19.4"
NEEDS = ("bcrypt", "jgo")
"""The modules that the extra `search` installs."""
JAVA = range(11, 24)

LOCK = Path(__file__).with_name("opensearch.lock")
"""A line a file: where it goes, its coordinates in Maven's repositories, its SHA-256."""


EMPTY = ("bin", "extensions")
"""Folders that it looks for, and would make."""


@dataclass(frozen=True)
class _Module:
    plugin: str
    """Its class."""
    extends: str = ""
    may: tuple[str, ...] = ()
    """The permissions that its own package gives it
    (https://github.com/opensearch-project/OpenSearch, plugin-security.policy of each)."""


MODULES = {
    "analysis-common": _Module("org.opensearch.analysis.common.CommonAnalysisPlugin", "lang-painless"),
    "ingest-common": _Module("org.opensearch.ingest.common.IngestCommonPlugin", "lang-painless"),
    "lang-mustache": _Module(
        "org.opensearch.script.mustache.MustachePlugin",
        may=(
            'java.lang.RuntimePermission "accessDeclaredMembers"',
            'java.lang.reflect.ReflectPermission "suppressAccessChecks"',
        ),
    ),
    "lang-painless": _Module(
        "org.opensearch.painless.PainlessPlugin",
        may=('java.lang.RuntimePermission "createClassLoader"', 'java.lang.RuntimePermission "getClassLoader"'),
    ),
    "mapper-extras": _Module("org.opensearch.index.mapper.MapperExtrasPlugin"),
    "parent-join": _Module("org.opensearch.join.ParentJoinPlugin"),
    "reindex": _Module(
        "org.opensearch.index.reindex.ReindexPlugin",
        may=('java.net.SocketPermission "*", "connect"', 'java.net.NetPermission "getProxySelector"'),
    ),
    "transport-netty4": _Module(
        "org.opensearch.transport.Netty4Plugin",
        may=(
            'java.io.FilePermission "/proc/sys/net/core/somaxconn", "read"',
            'java.net.SocketPermission "*", "accept,connect"',
            'java.lang.RuntimePermission "setContextClassLoader"',
            'java.lang.RuntimePermission "getClassLoader"',
            'java.util.PropertyPermission "sun.nio.ch.bugLevel", "write"',
        ),
    ),
}


@cache
def home() -> Path:
    """The folder of the release, where the servers' user can read it; got first where it is not here yet. Raises
    `ServerError`."""
    missing = [need for need in NEEDS if importlib.util.find_spec(need) is None]
    if missing:
        raise ServerError(f"Search needs {', '.join(missing)}, not installed here. Run: {pip_install('search')}")
    mark = hashlib.sha256(LOCK.read_bytes() + repr(MODULES).encode()).hexdigest()[:8]
    place = homes.cache() / f"opensearch-{VERSION}-{mark}"
    with _alone():
        if not place.exists():
            _make(place)
    return builds.runnable(place)


@cache
def java() -> str:
    """The program of a Java that runs it: that of JAVA_HOME, else the one on PATH. Raises `ServerError`."""
    homes = [Path(os.environ["JAVA_HOME"]) / "bin" / "java"] if os.environ.get("JAVA_HOME") else []
    on_path = shutil.which("java")
    found = [*homes, *([Path(on_path)] if on_path else [])]
    fitting = [path for path in found if path.exists() and _version(path) in JAVA]
    if not fitting:
        seen = ", ".join(f"{path} is {_version(path)}" for path in found if path.exists()) or "there is none"
        raise ServerError(
            f"Search: OpenSearch runs on Java {JAVA.start} to {JAVA.stop - 1}, and {seen}. Install one (Debian, "
            "Ubuntu: apt install openjdk-17-jre-headless), or set JAVA_HOME to one."
        )
    return str(fitting[0].resolve())


def _version(program: Path) -> int:
    said = subprocess.run([program, "-version"], capture_output=True, text=True, check=False).stderr
    match = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(match[1]) if match else 0


@contextmanager
def _alone() -> Iterator[None]:
    homes.cache().mkdir(parents=True, exist_ok=True)
    with (homes.cache() / "opensearch.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(place: Path) -> None:
    """Whole or not at all."""
    with tempfile.TemporaryDirectory(dir=place.parent) as scratch:
        whole = Path(scratch) / "whole"
        for folder in (*EMPTY, *(line.partition(" ")[0] for line in LOCK.read_text().splitlines())):
            (whole / folder).mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda line: _fetch(Path(scratch), whole, *line.split()), LOCK.read_text().splitlines()))
        for name, module in MODULES.items():
            _describe(whole / "modules" / name, name, module)
        whole.chmod(0o755)
        whole.rename(place)


def _fetch(scratch: Path, whole: Path, folder: str, coordinates: str, digest: str) -> None:
    from jgo.maven import MavenContext  # noqa: PLC0415  only whoever makes one needs it

    group, artifact, version, *kind = coordinates.split(":")
    component = MavenContext(repo_cache=scratch / "got", timeout=60).project(group, artifact).at_version(version)
    try:
        got = component.artifact(packaging=kind[0] if kind else "jar").resolve()
    except (OSError, RuntimeError) as error:  # the network's, and jgo's own
        raise ServerError(f"Search: {coordinates} could not be had from Maven Central: {error}") from error
    if hashlib.sha256(got.read_bytes()).hexdigest() != digest:
        raise ServerError(f"Search: {coordinates} is not the file that opensearch.lock names. Nothing was installed.")
    if got.suffix == ".zip":
        zipfile.ZipFile(got).extractall(whole / folder)
    else:
        got.rename(whole / folder / got.name)


def _describe(folder: Path, name: str, module: _Module) -> None:
    """As https://github.com/opensearch-project/OpenSearch, `PluginInfo`, reads it."""
    lines = {
        "description": name,
        "name": name,
        "version": VERSION,
        "opensearch.version": VERSION,
        "java.version": JAVA.start,
        "classname": module.plugin,
        "custom.foldername": "",
        "extended.plugins": module.extends,
        "has.native.controller": "false",
    }
    text = "".join(f"{key}={value}\n" for key, value in lines.items())
    (folder / "plugin-descriptor.properties").write_text(text)
    if module.may:
        granted = "".join(f"  permission {it};\n" for it in module.may)
        (folder / "plugin-security.policy").write_text(f"grant {{\n{granted}}};\n")
