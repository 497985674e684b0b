"""`python -m infra_kit.panel <folder> <plan> <port>`: the panel of a host, told by the files of a folder, and of the
plan by a file that `infra-kit up` brings."""

from __future__ import annotations

import sys
from pathlib import Path

from infra_kit.panel.app import application
from infra_kit.panel.prometheus import Host, Told
from infra_kit.panel.serving import serve

TOLD, CREDENTIALS = "told.json", "credentials.json"


def main() -> None:
    folder, plan, port = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    told = Told.model_validate_json((folder / TOLD).read_bytes())
    source = Host(told, folder / CREDENTIALS, plan)
    app = application(source, username=told.username, password_hash=told.hash, hosts=told.hosts)
    # Whoever reaches it from outside comes by the host's edge, which says itself who that is.
    serve(app, "0.0.0.0", port, behind="*" if told.hosts else None)  # noqa: S104  in its own container


if __name__ == "__main__":
    main()
