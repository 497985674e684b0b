"""A user of a link in a NATS server."""

from __future__ import annotations

import asyncio

from infra_kit.errors import ServerError
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.credentials import Credential
from infra_kit.providers.local.server_user import ServerUser
from infra_kit.providers.local.servers import event_bus, nats_conf, nats_streams


class EventBusUser(ServerUser):
    KIND = "local/event_bus_user"
    SERVER = "local/event_bus"

    def settle(self, box: Box, credential: Credential) -> None:  # noqa: ARG002  the file holds all users
        self._take_over(box)

    def revoke(self, box: Box, user: str) -> None:  # noqa: ARG002
        """NATS ends its connections too."""
        self._take_over(box)

    def lets_in(self, box: Box, credential: Credential) -> bool:
        async def greet() -> None:
            connection = await nats_streams.connect(box.record, credential.user, credential.password)
            await connection.close()

        try:
            asyncio.run(greet())
        except event_bus.NO_ANSWER:
            return False
        return True

    def _take_over(self, box: Box) -> None:
        nats_conf.write_users(box)
        if not event_bus.HANDLER.reload(box, box.record, {}):
            raise ServerError(f"{box.name}: NATS did not take its users over. {box.process.last_words()}")


HANDLER = EventBusUser()
