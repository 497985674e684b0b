"""What every answer of a page of ours says to browsers, whoever serves it."""

from __future__ import annotations

HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
KEPT_NOWHERE = {"Cache-Control": "no-store"}
NOTHING_ELSE = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
"""What a page may do and load (`Content-Security-Policy`), before what it is allowed."""
