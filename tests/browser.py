"""A headless Chromium, driven by its own protocol over a pipe (https://chromedevtools.github.io/devtools-protocol/)."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAM = shutil.which("chromium") or ""
SECONDS = 30.0
FLAGS = (
    "--headless", "--remote-debugging-pipe", "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage",
    "--disable-background-networking", "--hide-scrollbars", "--no-sandbox",
)  # fmt: skip
"""Without its sandbox, which root cannot have: it opens nothing but what a test serves."""


BEGIN = """
import os, sys
os.dup2(int(sys.argv[1]), 3), os.dup2(int(sys.argv[2]), 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""It reads at 3 and writes at 4."""


class Page:
    """One tab."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands, self._answers = commands, answers
        self._number = 0
        self._rest = b""
        self._session = ""
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._ask("Page.enable")

    def open(self, url: str) -> None:
        self._ask("Page.navigate", url=url)
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'")

    def evaluate(self, expression: str) -> Any:
        answer = self._ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def wait(self, expression: str, seconds: float = SECONDS) -> float:
        """Until it holds; returns how long that took."""
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            if self._holds(expression):
                return time.monotonic() - begun
            time.sleep(0.05)  # a page may have gone meanwhile, and a promise with it
        raise AssertionError(f"not within {seconds:g} s: {expression}\n{self.text()}")

    def text(self) -> str:
        return str(self.evaluate("document.body.innerText"))

    def click(self, selector: str) -> None:
        self.evaluate(f"document.querySelector({json.dumps(selector)}).click()")

    def press(self, key: str, code: int, text: str = "") -> None:
        """A key, as a person would."""
        for kind in ("keyDown", "keyUp"):
            typed = {"text": text} if text and kind == "keyDown" else {}
            self._ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **typed)

    def type(self, text: str) -> None:
        self._ask("Input.insertText", text=text)

    def look_as(self, *, width: int, dark: bool = False, scripts: bool = True) -> None:
        """As a device of that width has it."""
        self._ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self._ask("Emulation.setEmulatedMedia", features=scheme)
        self._ask("Emulation.setScriptExecutionDisabled", value=not scripts)

    def screenshot(self, file: Path) -> None:
        shot = self._ask("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        file.write_bytes(base64.b64decode(shot))

    def _holds(self, expression: str) -> bool:
        try:
            return bool(self.evaluate(f"!!({expression})"))
        except AssertionError:
            return False

    def _ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        session = {"sessionId": self._session} if self._session else {}
        asked = {"id": self._number, "method": method, "params": parameters, **session}
        os.write(self._commands, json.dumps(asked).encode() + b"\0")
        while True:
            told = self._next()
            if told.get("id") == self._number:
                assert "error" not in told, told["error"]
                return dict(told["result"])

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            more = os.read(self._answers, 1 << 20)
            assert more, "the browser has ended"
            self._rest += more
        message, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(message))


@contextmanager
def page() -> Iterator[Page]:
    """A tab of a browser of its own, which knows nobody."""
    (their_end, commands), (answers, their_answers) = os.pipe(), os.pipe()
    theirs = [_high(their_end), _high(their_answers)]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        begin = [sys.executable, "-c", BEGIN, *map(str, theirs)]
        command = [*begin, PROGRAM, *FLAGS, f"--user-data-dir={profile}"]
        with subprocess.Popen(command, pass_fds=theirs, stderr=subprocess.DEVNULL, start_new_session=True) as browser:
            for descriptor in theirs:
                os.close(descriptor)
            try:
                yield Page(commands, answers)
            finally:
                for descriptor in (commands, answers):
                    os.close(descriptor)
                browser.wait(SECONDS)


def _high(descriptor: int) -> int:
    """The same under a number that is in nobody's way."""
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD, 10)
    os.close(descriptor)
    return moved
