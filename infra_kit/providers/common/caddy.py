"""The image of Caddy (https://caddyserver.com), one of Docker's official ones (https://hub.docker.com/_/caddy)."""

from __future__ import annotations

TAG = "2.11.4-alpine"
SHA256 = "5f5c8640aae01df9654968d946d8f1a56c497f1dd5c5cda4cf95ab7c14d58648"
"""Of what the tag means: a list of an image for each architecture."""
