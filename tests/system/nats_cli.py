#!/usr/bin/python3
"""Stands in for natscli (https://github.com/nats-io/natscli), which no wheel and no package of Debian has: what the
scripts of a VPS ask of it, said to the same server. Runs as a program, with the package `nats` in
the folder `nats-py` beside it."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import shutil
import ssl
import sys
from pathlib import Path
from typing import Any

PATIENCE, CHUNK = 20.0, 128 * 2**10


async def connect() -> Any:
    sys.path.insert(0, str(Path(__file__).with_name("nats-py")))
    import nats

    inbox = [word.partition("=")[2] for word in sys.argv if word.startswith("--inbox-prefix=")]
    user = (
        {"user": os.environ["NATS_USER"], "password": os.environ["NATS_PASSWORD"]} if "NATS_USER" in os.environ else {}
    )
    more: dict[str, Any] = {"inbox_prefix": inbox[0].encode()} if inbox else {}
    if "NATS_CA" in os.environ:
        more["tls"] = ssl.create_default_context(cafile=os.environ["NATS_CA"])
    return await nats.connect(os.environ["NATS_URL"], allow_reconnect=False, connect_timeout=30, **user, **more)


async def ask(server: Any, subject: str, what: Any = None) -> Any:
    body = b"" if what is None else json.dumps(what).encode()
    answer = json.loads((await server.request(f"$JS.API.{subject}", body, timeout=PATIENCE)).data)
    if "error" in answer:
        sys.exit(f"nats: error: {answer['error']['description']}")
    return answer


async def backup(server: Any, name: str, folder: Path) -> None:
    inbox = server.new_inbox()
    coming = await server.subscribe(inbox)
    told = await ask(server, f"STREAM.SNAPSHOT.{name}", {"deliver_subject": inbox, "chunk_size": CHUNK})
    with (folder / "stream.tar.s2").open("wb") as file:
        while (message := await coming.next_msg(PATIENCE)).data:
            file.write(message.data)
            if message.reply:
                await server.publish(message.reply)
    (folder / "backup.json").write_text(json.dumps({"config": told["config"], "state": told["state"]}))


def made(folder: str) -> Path:
    Path(folder).mkdir()
    return Path(folder)


async def restore(server: Any, folder: str) -> None:
    told = json.loads((Path(folder) / "backup.json").read_text())
    to = (await ask(server, f"STREAM.RESTORE.{told['config']['name']}", told))["deliver_subject"]
    content = (Path(folder) / "stream.tar.s2").read_bytes()
    for begin in range(0, len(content), CHUNK):
        await server.request(to, content[begin : begin + CHUNK], timeout=PATIENCE)
    answer = json.loads((await server.request(to, b"", timeout=PATIENCE)).data)
    if "error" in answer:
        sys.exit(f"nats: error: {answer['error']['description']}")


def install(folder: Path) -> None:
    """Puts `nats` there: this machine's own, where it has one."""
    folder.mkdir(parents=True, exist_ok=True)
    if cli := shutil.which("nats"):
        shutil.copy(cli, folder)
        return
    shutil.copy(__file__, folder / "nats")
    (folder / "nats").chmod(0o755)
    client = importlib.util.find_spec("nats")
    assert client is not None
    assert client.submodule_search_locations
    shutil.copytree(client.submodule_search_locations[0], folder / "nats-py" / "nats")


async def main() -> None:
    server = await connect()
    match [word for word in sys.argv[1:] if not word.startswith("--")]:
        case ["request", _, subject, body]:
            print((await server.request(subject, body.encode(), timeout=PATIENCE)).data.decode())
        case ["account", "info"]:
            await ask(server, "INFO")
        case ["stream", "ls"]:
            print("\n".join((await ask(server, "STREAM.NAMES"))["streams"] or []))
        case ["stream", "info", name]:
            print(json.dumps(await ask(server, f"STREAM.INFO.{name}")))
        case ["stream", "backup", name, folder]:
            await backup(server, name, made(folder))
        case ["stream", "restore", folder]:
            await restore(server, folder)
        case words:
            sys.exit(f"nats: error: {' '.join(words)} is not known here")
    await server.close()


if __name__ == "__main__":
    asyncio.run(main())
