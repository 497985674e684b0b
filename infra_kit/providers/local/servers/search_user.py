"""A user of a link in an OpenSearch server, which keeps it in its data."""

from __future__ import annotations

import http.client

from infra_kit.providers.common import opensearch
from infra_kit.providers.common.opensearch import Call
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.credentials import Credential
from infra_kit.providers.local.server_user import ServerUser
from infra_kit.providers.local.servers.search import send, tell


class SearchUser(ServerUser):
    KIND = "local/search_user"
    SERVER = "local/search"

    def settle(self, box: Box, credential: Credential) -> None:
        rights = credential.rights
        tell(box, opensearch.user(credential.user, credential.password, rights["access"], rights["indexes"]))

    def revoke(self, box: Box, user: str) -> None:
        tell(box, opensearch.gone(user))

    def lets_in(self, box: Box, credential: Credential) -> bool:
        try:
            status, _ = send(box.record, Call(method="GET", path="/"), credential.user, credential.password)
        except (OSError, http.client.HTTPException):
            return False
        return status == 200


HANDLER = SearchUser()
