"""A host that speaks as the test says, byte by byte."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable


class RawOrigin:
    def __init__(self, speak: Callable[[socket.socket], None]) -> None:
        """`speak` has each connection for itself, which ends with it."""
        self._speak = speak
        self._server = socket.create_server(("127.0.0.1", 0))
        self.server_port: int = self._server.getsockname()[1]
        self.connections = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def stop(self) -> None:
        # Whoever waits in accept() is not woken by close() alone.
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            self._speak(connection)


def head_of(connection: socket.socket) -> bytes:
    """The next request's head; empty when there is none any more."""
    text = b""
    while not text.endswith(b"\r\n\r\n"):
        more = connection.recv(1)
        if not more:
            return b""
        text += more
    return text
