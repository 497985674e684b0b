"""A user of a link in a Valkey server, and in its replicas: they do not take users over."""

from __future__ import annotations

import redis

from infra_kit.providers.local.box import Box
from infra_kit.providers.local.credentials import Credential
from infra_kit.providers.local.server_user import ServerUser
from infra_kit.providers.local.servers import redis_conf
from infra_kit.providers.local.servers.redis import NO_ANSWER, connect, set_user


class RedisUser(ServerUser):
    KIND = "local/redis_user"
    SERVER = "local/redis"

    def settle(self, box: Box, credential: Credential) -> None:
        redis_conf.write_users(box)
        with connect(box.record) as administrator:
            set_user(administrator, credential.user, redis_conf.rules_of_links(box)[credential.user])

    def revoke(self, box: Box, user: str) -> None:
        """Valkey ends its connections too."""
        redis_conf.write_users(box)
        with connect(box.record) as administrator:
            administrator.acl_deluser(user)

    def lets_in(self, box: Box, credential: Credential) -> bool:
        try:
            with connect(box.record, credential.user, credential.password) as own:
                return bool(own.ping())
        except (*NO_ANSWER, redis.AuthenticationError, redis.exceptions.NoPermissionError):
            return False


HANDLER = RedisUser()
