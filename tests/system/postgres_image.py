"""An image with this machine's own PostgreSQL and pgBackRest, which stands for those of a VPS.

Needs the packages `postgresql-15`, `pgbackrest` and `busybox-static`.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.system.docker_daemon import Docker

TAG = "postgres:1"
MEMORY_GB = 1
"""Of those that write much: the disk may be memory (`.ci/run`), and what they have there counts as theirs."""
PROGRAMS = Path("/usr/lib/postgresql/15")
SHELL = (
    "sh", "awk", "cat", "chown", "cmp", "cp", "cut", "date", "echo", "env", "find", "grep", "head", "ls", "mkdir",
    "mktemp", "mv", "printf", "rm", "sed", "seq", "sleep", "sort", "sync", "tail", "test", "touch", "tr", "true",
)  # fmt: skip
OWNED = ("var/lib/postgresql/data", "var/run/postgresql", "repository", "report", "tmp")
READ = ("/usr/share/postgresql/15", "/usr/share/zoneinfo/Etc/UTC", "/usr/lib/locale/C.utf8")
ENTRY = """\
#!/bin/sh
# As the official image's own: an empty folder becomes a cluster.
test -s "$PGDATA/PG_VERSION" || initdb --username postgres --pwfile "$POSTGRES_PASSWORD_FILE" >/dev/null
exec "$@"
"""


def make(docker: Docker, folder: Path) -> None:
    root = folder / "postgres-image"
    (root / "bin").mkdir(parents=True)
    (root / "bin" / "busybox").write_bytes(Path("/bin/busybox").read_bytes())
    for name in SHELL:
        (root / "bin" / name).symlink_to("busybox")
    programs = [PROGRAMS / "bin" / name for name in ("postgres", "initdb", "psql", "pg_isready", "pg_ctl")]
    modules = [PROGRAMS / "lib" / f"{name}.so" for name in ("plpgsql", "dict_snowball")]
    files = [*programs, *modules, Path("/usr/bin/pgbackrest"), Path("/usr/bin/flock")]
    needed = {*map(str, files), *_libraries(files), *READ}
    subprocess.run(["cp", "--parents", "-rL", *needed, str(root)], check=True)
    (root / "etc").mkdir()
    (root / "etc/passwd").write_text("postgres:x:999:999::/tmp:/bin/sh\n")
    (root / "bin/entry").write_text(ENTRY)
    for path in ("bin/busybox", "bin/entry"):
        (root / path).chmod(0o755)
    for name in OWNED:
        (root / name).mkdir(parents=True)
    packed = ["tar", "--owner=999", "--group=999", "-C", str(root), "-c", "."]
    path = f"ENV PATH=/bin:/usr/bin:{PROGRAMS}/bin"
    how = [f"--change={it}" for it in ('ENTRYPOINT ["/bin/entry"]', path, "ENV LC_ALL=C.UTF-8")]
    docker("import", *how, "-", TAG, stdin=subprocess.run(packed, capture_output=True, check=True).stdout)


def _libraries(files: list[Path]) -> set[str]:
    told = subprocess.run(["ldd", *map(str, files)], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^\t(?:\S+ => )?(/\S+)", told, re.MULTILINE))
