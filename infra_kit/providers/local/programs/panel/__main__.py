"""`python -m infra_kit.providers.local.programs.panel <box>`: until it is asked to end."""

from __future__ import annotations

from infra_kit.panel.app import application
from infra_kit.panel.serving import serve
from infra_kit.providers.local import home
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.programs import running
from infra_kit.providers.local.programs.panel.source import Boxes
from infra_kit.providers.local.servers.panel import SERVES


def main() -> None:
    told = running.begin()
    settings, box = told.settings, told.box

    def listens() -> None:
        home.write_private(box.path / SERVES, told.generation, box.user)

    port = int(settings["port"])
    app = application(Boxes(box, settings), username=settings["username"], password_hash=settings["hash"], port=port)
    serve(app, LOOPBACK, port, listens=listens)


if __name__ == "__main__":
    main()
