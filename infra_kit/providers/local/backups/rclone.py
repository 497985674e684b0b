"""rclone, which moves and encrypts: its configuration, and how it is called. No secret stands in its arguments."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from infra_kit.errors import BackupError
from infra_kit.providers.local import builds

COPIES = "copies:"
"""What is encrypted."""
_RAW = "store"
_AUTHENTICATION = "failed to authenticate decrypted block"
"""rclone's words for what was changed, or was written with another key (backend/crypt/cipher.go)."""
_OWN_CHECKS = ("--ignore-checksum",)
"""Encryption authenticates each block, and our SHA-256 the whole: rclone would hash all once more, and read what it
wrote."""
PIPE = 2**20
"""Bytes that a pipe holds: with the kernel's 64 KiB two programs wake each other 16 times a megabyte."""
_NOT_FOUND = (3, 4)
"""A folder, a file (https://rclone.org/docs/#exit-code)."""


def configuration(store: Mapping[str, Any], key: str, folder: str, lock: Mapping[str, Any] | None) -> str:
    """An rclone.conf: `store` as it is, and `copies`, the same encrypted.

    Args:
        store: `bucket`, `s3_endpoint`, `region`, `access_key`, `secret_key`, `force_path_style`; or `folder`, of this
            machine.
        key: the passphrase.
        folder: within the store.
        lock: for how many `seconds` nobody may delete what is written; `mode`, `COMPLIANCE` or `GOVERNANCE` as S3 means
            them, or None where the bucket does it by itself.
    """
    raw, place = (_bucket(store), store["bucket"]) if "bucket" in store else ({"type": "local"}, store["folder"])
    if lock and lock.get("mode"):
        raw |= {"object_lock_mode": lock["mode"], "object_lock_retain_until_date": f"{int(lock['seconds'])}s"}
    crypt = {"type": "crypt", "remote": f"{_RAW}:{place}/{folder}", "password": obscured(key)}
    sections = {_RAW: raw, COPIES.removesuffix(":"): crypt}
    return "\n".join(
        f"[{name}]\n" + "".join(f"{option} = {value}\n" for option, value in options.items())
        for name, options in sections.items()
    )


def _bucket(store: Mapping[str, Any]) -> dict[str, str]:
    return {
        "type": "s3",
        "provider": "Other",
        "endpoint": store["s3_endpoint"],
        "region": store["region"],
        "access_key_id": store["access_key"],
        "secret_access_key": store["secret_key"],
        "force_path_style": str(bool(store["force_path_style"])).lower(),
        # The bucket is there, and who only writes objects may not look.
        "no_check_bucket": "true",
        # A stream's size is not known before: parts of this size, 10,000 at most, are 160 GB.
        "chunk_size": "16M",
    }


def obscured(key: str) -> str:
    """The passphrase as rclone.conf has it: hidden from a glance, no more."""
    return _once(["obscure", "-"], key.encode()).decode().strip()


def _once(arguments: list[str], given: bytes) -> bytes:
    command = [str(program()), *arguments]
    return subprocess.run(command, input=given, env=_environment(), capture_output=True, check=True).stdout


def program() -> Path:
    return builds.script("rclone")


def _environment() -> dict[str, str]:
    """Nothing of the user's own configuration of rclone may decide here."""
    return {"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": "/nonexistent"}


class Rclone:
    """Calls with one configuration."""

    def __init__(self, conf: Path) -> None:
        self._begin = [str(program()), f"--config={conf}", "--log-level=ERROR", "--retries=2", *_OWN_CHECKS]

    def run(self, *arguments: str) -> bytes:
        """Raises `BackupError` with rclone's own words."""
        done = subprocess.run([*self._begin, *arguments], env=_environment(), capture_output=True, check=False)
        if done.returncode:
            raise _error(done.returncode, done.stderr)
        return done.stdout

    @contextmanager
    def writes(self, *arguments: str) -> Iterator[IO[bytes]]:
        """What is written goes to rclone. Where writing fails, rclone is killed: what came is no whole file."""
        with self._process(arguments, stdin=subprocess.PIPE) as process:
            assert process.stdin is not None  # noqa: S101  Popen's promise for PIPE
            with suppress(BrokenPipeError):  # it has ended: with what words is asked below
                yield process.stdin
                process.stdin.close()
            self._require_well(process)

    @contextmanager
    def reads(self, *arguments: str) -> Iterator[IO[bytes]]:
        """What rclone writes, to be read to its end."""
        with self._process(arguments, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None  # noqa: S101
            yield process.stdout
            self._require_well(process)

    @contextmanager
    def _process(self, arguments: tuple[str, ...], **pipes: int) -> Iterator[subprocess.Popen[bytes]]:
        command = [*self._begin, *arguments]
        with subprocess.Popen(command, env=_environment(), stderr=subprocess.PIPE, pipesize=PIPE, **pipes) as process:  # type: ignore[call-overload]
            try:
                yield process
            except BaseException:
                process.kill()
                raise

    def _require_well(self, process: subprocess.Popen[bytes]) -> None:
        said = process.stderr.read() if process.stderr else b""
        if status := process.wait():
            raise _error(status, said)


def _error(status: int, said: bytes) -> BackupError:
    lines = [line for line in said.decode(errors="replace").splitlines() if line.strip()]
    check = "missing" if status in _NOT_FOUND else "unreachable"
    if any(_AUTHENTICATION in line for line in lines):
        check = "changed"
    return BackupError(check, "rclone: " + ("; ".join(lines[-3:]) or "it ended without a word"))
