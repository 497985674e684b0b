"""pgAdmin on a machine without containers: `python -m stacks.founder_diary.pgadmin_installed`.

It is installed from the package index into an environment of its own (its packages are pinned, and would be at odds
with a product's), which all stacks of this machine share: half a GiB, a minute or two, once. See `pgadmin_server.py`.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import venv
from pathlib import Path

VERSION = "9.18"
"""Nobody could log in to 9.17 as PyPI makes it: what it is installed with now has another meaning of `is_locked`
(https://github.com/pallets-eco/flask-security/pull/1267)."""
LOOPBACK = "127.0.0.1"
SERVER = Path(__file__).with_name("pgadmin_server.py")


def main() -> None:
    python = installed()
    (home,) = python.parent.parent.glob("lib/python3*/site-packages/pgadmin4")
    os.execv(python, [str(python), str(SERVER), str(home), LOOPBACK])  # noqa: S606  it takes this process's place


def installed() -> Path:
    """The Python that has pgAdmin. Whoever comes while another installs it waits for that."""
    folder = _cache() / f"pgadmin4-{VERSION}-python{sys.version_info.major}.{sys.version_info.minor}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    python, done = folder / "bin" / "python", folder / "installed"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            print(f"Installing pgAdmin {VERSION} into {folder} …", flush=True)
            venv.create(folder, with_pip=True)
            options = ["--quiet", "--disable-pip-version-check", "--prefer-binary", "--no-compile"]
            subprocess.run([python, "-m", "pip", "install", *options, f"pgadmin4=={VERSION}"], check=True)
            done.touch()
    return python


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "infra-kit"


if __name__ == "__main__":
    main()
