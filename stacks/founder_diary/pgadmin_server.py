"""pgAdmin with one database in it, run by the Python that it is installed for, in its image or out of it.

    python pgadmin_server.py <pgAdmin's folder> <address to listen at>

All else comes from the environment: `PORT`, `VOLUME_DATA`, `PGADMIN_PASSWORD`, and by its link the database, `DB_…`.
Settings are said before pgAdmin reads them: its own files of settings stand in folders that nobody may write to.
"""

import importlib
import json
import os
import sys
from pathlib import Path
from types import ModuleType

EMAIL = "admin@example.com"
"""Who logs in."""
IN_DATA = {
    "DATA_DIR": ".",
    "SQLITE_PATH": "pgadmin4.db",
    "SESSION_DB_PATH": "sessions",
    "STORAGE_DIR": "storage",
    "KERBEROS_CCACHE_DIR": "kerberos",
    "AZURE_CREDENTIAL_CACHE_DIR": "azure",
}
"""By pgAdmin's setting (https://www.pgadmin.org/docs/pgadmin4/latest/config_py.html), what it is called in the data."""


def main(home: str, address: str) -> None:
    os.umask(0o077)
    os.environ |= {
        "PGADMIN_SERVER_MODE": "ON",
        "PGADMIN_SETUP_EMAIL": EMAIL,
        "PGADMIN_SETUP_PASSWORD": os.environ["PGADMIN_PASSWORD"],
    }
    sys.path.insert(0, home)
    data = Path(os.environ["VOLUME_DATA"])
    _configure(data, address)
    pgadmin = importlib.import_module("pgAdmin4")
    _add_database(pgadmin, data)
    pgadmin.main()


def _configure(data: Path, address: str) -> None:
    builtins = importlib.import_module("builtins")
    builtins.__dict__["SERVER_MODE"] = True
    config = importlib.import_module("config")
    for setting, name in IN_DATA.items():
        setattr(config, setting, str(data / name))
    told = {"LOG_FILE": os.devnull, "UPGRADE_CHECK_ENABLED": False, "MASTER_PASSWORD_REQUIRED": False}
    for setting, value in {**told, "DEFAULT_SERVER": address, "DEFAULT_SERVER_PORT": int(os.environ["PORT"])}.items():
        setattr(config, setting, value)


def _add_database(pgadmin: ModuleType, data: Path) -> None:
    """The link's database takes the place of the one that was there; the password is in a file, which libpq reads."""
    storage = data / "storage" / EMAIL.replace("@", "_")
    storage.mkdir(parents=True, exist_ok=True)
    secret = os.environ["DB_PASSWORD"].replace("\\", "\\\\").replace(":", "\\:")
    (storage / "pgpass").write_text(f"*:*:*:*:{secret}\n")
    (storage / "pgpass").chmod(0o600)
    server = {
        "Name": os.environ["DB_DATABASE"],
        "Group": "Servers",
        "Host": os.environ["DB_HOST"],
        "Port": int(os.environ["DB_PORT"]),
        "MaintenanceDB": os.environ["DB_DATABASE"],
        "Username": os.environ["DB_USERNAME"],
        "ConnectionParameters": {"sslmode": "prefer", "passfile": "/pgpass"},
    }
    file = data / "servers.json"
    file.write_text(json.dumps({"Servers": {"1": server}}))
    utils = importlib.import_module("pgadmin.utils")
    with pgadmin.app.test_request_context():
        utils.clear_database_servers(EMAIL, from_setup=True)
        utils.load_database_servers(str(file), None, EMAIL, from_setup=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
