"""Scores leads as they come: `python -m app.worker`."""

from __future__ import annotations

import asyncio
import json
import signal

from nats.js import JetStreamContext

from .stores import consumer, database, events


async def main() -> None:
    ending = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ending.set)
    async with events() as bus:
        stream, durable = consumer("scoring")
        subscription = await bus.pull_subscribe_bind(durable=durable, stream=stream)
        while not ending.is_set():
            await work(subscription)


async def work(subscription: JetStreamContext.PullSubscription) -> None:
    try:
        messages = await subscription.fetch(10, timeout=1)
    except TimeoutError:
        return
    for message in messages:
        score(json.loads(message.data)["id"])
        await message.ack()


def score(number: int) -> None:
    with database() as connection:
        connection.execute("UPDATE leads SET scored = true WHERE id = %s", [number])
    print(f"scored {number}", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
