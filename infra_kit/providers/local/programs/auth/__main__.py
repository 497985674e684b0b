"""`python -m infra_kit.providers.local.programs.auth <box>`: until it is asked to end."""

from __future__ import annotations

from infra_kit.panel.serving import serve
from infra_kit.providers.local import listens_file
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.programs import running
from infra_kit.providers.local.programs.auth.accounts import Accounts
from infra_kit.providers.local.programs.auth.app import application
from infra_kit.providers.local.programs.auth.signing import Signer
from infra_kit.providers.local.programs.auth.wanted import Wanted


def main() -> None:
    told = running.begin()
    wanted = Wanted.of(told.settings)
    accounts, signer = Accounts(told.box.data / "accounts.sqlite"), Signer(told.box.data / "key.pem", wanted)

    def listens() -> None:
        listens_file.write(told.box, told.generation)

    serve(application(wanted, accounts, signer), LOOPBACK, wanted.port, listens=listens)


if __name__ == "__main__":
    main()
