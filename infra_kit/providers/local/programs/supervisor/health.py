"""Whether an instance answers: one request, one status."""

from __future__ import annotations

import asyncio

HOST = "127.0.0.1"


async def failure(port: int, path: str, timeout: float) -> str:  # noqa: ASYNC109  a plain number of the health check
    """What is wrong with the answer to `GET path`; empty where it is 200 to 399."""
    try:
        async with asyncio.timeout(timeout):
            status = await _status(port, path)
    except TimeoutError:
        return f"GET {path} was not answered within {timeout:.0f} s"
    except (OSError, ValueError, IndexError) as error:
        return f"GET {path} was not answered: {error or type(error).__name__}"
    return "" if 200 <= status < 400 else f"GET {path} was answered with {status}"


async def _status(port: int, path: str) -> int:
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        request = f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nUser-Agent: infra-kit\r\nConnection: close\r\n\r\n"
        writer.write(request.encode())
        await writer.drain()
        return int((await reader.readline()).split()[1])
    finally:
        writer.close()
