"""A role of a link in a PostgreSQL server."""

from __future__ import annotations

import psycopg

from infra_kit.providers.local.box import Box
from infra_kit.providers.local.credentials import Credential
from infra_kit.providers.local.server_user import ServerUser
from infra_kit.providers.local.servers import postgres_links


class PostgresRole(ServerUser):
    KIND = "local/postgres_role"
    SERVER = "local/postgres"

    def settle(self, box: Box, credential: Credential) -> None:
        postgres_links.make(box.record, credential)

    def revoke(self, box: Box, user: str) -> None:
        postgres_links.drop(box.record, user)

    def lets_in(self, box: Box, credential: Credential) -> bool:
        try:
            return postgres_links.is_member(box.record, credential)
        except psycopg.OperationalError:
            return False


HANDLER = PostgresRole()
