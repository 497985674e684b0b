"""What servers and stores answer when something is wrong, as one kind of error."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import redis
from botocore.exceptions import BotoCoreError, ClientError
from nats.errors import Error as NatsError

from infra_kit.errors import BackupError, InfraKitError

_THEIRS = (psycopg.Error, redis.RedisError, BotoCoreError, ClientError, NatsError, http.client.HTTPException, OSError)


@contextmanager
def of(component: str) -> Iterator[None]:
    """Raises a `BackupError` that names the component."""
    try:
        yield
    except BackupError as error:
        raise BackupError(error.check, f"{component}: {error}") from error
    except InfraKitError as error:
        raise BackupError("unreachable", str(error)) from error
    except _THEIRS as error:
        raise BackupError("unreachable", f"{component}: {str(error).strip()}") from error


class Each:
    """What went wrong by component: one that is down does not stop the copies of the others."""

    def __init__(self) -> None:
        self._found: dict[str, BackupError] = {}

    @contextmanager
    def of(self, component: str) -> Iterator[None]:
        """Keeps what is raised of a component."""
        try:
            with of(component):
                yield
        except BackupError as error:
            self._found[component] = error

    def tell(self) -> None:
        """Raises all that was kept, as one."""
        for first in self._found.values():
            raise BackupError(first.check, "\n".join(map(str, self._found.values())))
