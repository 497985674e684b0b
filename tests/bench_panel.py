"""`make bench`: how long the panel's page takes with 30 services, in ms: until the server has answered, and until a
browser has it ready. Fails beyond its bound.

The browser's figures take Chromium (Debian: apt install chromium); without it, the server's alone are measured.
"""

from __future__ import annotations

import re
import sys
import time
from statistics import median

import httpx
from rich.console import Console
from rich.table import Table

from tests import browser
from tests.unit.panel.made_up import PASSWORD, MadeUp
from tests.unit.panel.served import served

SERVICES, TIMES = 30, 20
BOUND = 300.0
"""Milliseconds (the issue)."""
READY = "performance.getEntriesByType('navigation')[0]?.loadEventEnd"


def main() -> int:
    with served(MadeUp(SERVICES)) as url:
        measured = {"answered": answered(url), **({"ready in Chromium": ready(url)} if browser.PROGRAM else {})}
    table = Table("page with 30 services", "median", "slowest", "bound")
    for what, took in measured.items():
        table.add_row(what, f"{median(took):.0f} ms", f"{max(took):.0f} ms", f"{BOUND:.0f} ms")
    Console().print(table)
    return int(any(median(took) > BOUND for took in measured.values()))


def answered(url: str) -> list[float]:
    with httpx.Client(base_url=url, timeout=30) as client:
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get("/login").text)
        assert found
        client.post("/login", data={"csrf": found[1], "username": "admin", "password": PASSWORD})
        took = []
        for _ in range(TIMES):
            begun = time.perf_counter()
            assert f"api-{SERVICES - 1}" in client.get("/").text
            took.append((time.perf_counter() - begun) * 1000)
    return took


def ready(url: str) -> list[float]:
    with browser.page() as tab:
        tab.open(url)
        tab.type("admin")
        tab.press("Tab", 9)
        tab.type(PASSWORD)
        tab.press("Enter", 13, "\r")
        tab.wait("document.getElementById('summary')")
        took = []
        for _ in range(TIMES):
            tab.evaluate("location.reload()")
            tab.wait(f"{READY} > 0")
            took.append(float(tab.evaluate(READY)))
    return took


if __name__ == "__main__":
    sys.exit(main())
