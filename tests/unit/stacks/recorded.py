"""The stacks of this repository as they are configured, each recorded once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from infra_kit.engine.project import Project
from infra_kit.testing import Recording, stack_files
from infra_kit.testing.plugin import Infra
from stacks.config import load_phase

PROJECT = Project.find(Path(__file__))
STACKS = PROJECT.stacks()
PHASES = {
    "cuenta_conmigo": ["0", "1", "2", "3", "4"],
    "founder_diary": ["1", "2"],
    "nomadshift": ["1", "2", "3"],
    "vina_santa_cruz": ["1", "2", "3"],
    "zuclubit": ["1", "2", "3"],
}
SECRETS = {"backups": {"secret_key": "recorded", "passphrase": "recorded"}, "smtp": {"password": "recorded"}}
"""What a VPS's settings ask their user to set, by what has it."""
DATABASE_URL = "postgresql://preview:recorded@db.0a1b2c.sa-east-1.rds.amazonaws.com:5432/vina_santa_cruz"
NOMADSHIFT = {"nomadshift:google-secret": "recorded", "nomadshift:apple-private-key": "recorded"}
ZUCLUBIT = {
    "zuclubit:documents-url": "mongodb+srv://zuclubit:recorded@zuclubit.0a1b2c.mongodb.net/zuclubit",
    "zuclubit:auth-keys": '[{"kty": "RSA", "alg": "RS256", "kid": "recorded"}]',
}
GIVEN = {
    "vina-santa-cruz-preview": {"vina-santa-cruz:database-url": DATABASE_URL},
    "cuenta-conmigo-production": {f"cuenta-conmigo:{key}": "recorded" for key in ("offsite-secret-key", "backup-key")},
    "founder-diary-production": {
        f"founder-diary:{key}": "recorded" for key in ("offsite-secret-key", "backup-key", "axiom-token")
    },
    "zuclubit-production": ZUCLUBIT,
    "zuclubit-staging": ZUCLUBIT,
    **dict.fromkeys(("nomadshift-staging", "nomadshift-production", "nomadshift-gcp-production"), NOMADSHIFT),
}
"""What else a stack's file asks its user to set."""
ELSEWHERE = {
    "cuenta-conmigo-production": {"2", "3", "4"},
    "cuenta-conmigo-aws-production": {"0", "1"},
    "cuenta-conmigo-staging": {"0", "1"},
}
"""The phases in which another stack is in production, or rehearses it: Cuenta Conmigo leaves its VPS."""


def configuration(name: str, phase: str) -> dict[str, Any]:
    given = stack_files.read(name, Path(__file__)).config
    filled: dict[str, Any] = {
        key: _filled(given.get(key, {})) for key in ("infra-kit:vps", "infra-kit:gcp") if key in given
    }
    return {**given, **GIVEN.get(name, {}), **filled, "infra-kit:phase": phase}


def _filled(settings: Mapping[str, Any]) -> dict[str, Any]:
    """A target's settings, with what its user sets."""
    return {**settings, **{key: {**settings[key], **secrets} for key, secrets in SECRETS.items() if key in settings}}


def phases_of(name: str) -> list[str]:
    system = stack_files.read(name, Path(__file__)).config["infra-kit:system"].replace("-", "_")
    return [phase for phase in PHASES[system] if phase not in ELSEWHERE.get(name, ())]


def deploy() -> None:
    load_phase().deploy()


@cache
def stack_of(name: str, phase: str = "1", **more: str) -> Recording:
    """Recordings are only read, so that tests may share them.

    Args:
        name: of the stack.
        phase: the one that it stands in.
        more: configuration beside its file's.
    """
    return Infra(PROJECT.root)(deploy, stack=name, config={**configuration(name, phase), **more})
