"""What Viña Santa Cruz buys elsewhere (seeds/001: VS-10, VS-12, VS-16).

Of the seed's six services the stack has four itself, on aws: Vercel is its shop, Supabase its database, Cloudinary its
images, Cloudflare its edge.
"""

from typing import Literal

from infra_kit import ExternalService


def services(uptime: Literal["Free", "Solo"]) -> None:
    """Watched from outside: fifty addresses every five minutes are free, every minute are not."""
    ExternalService("errors", vendor="Sentry", plan="Team")
    ExternalService("uptime", vendor="UptimeRobot", plan=uptime)
