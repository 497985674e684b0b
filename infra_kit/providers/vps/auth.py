"""Auth on a VPS: there is none yet. See `providers/common/no_auth.py`."""

from infra_kit.providers.common import no_auth

SUPPORTS = no_auth.SUPPORTS
HINTS = no_auth.HINTS
CAVEATS = no_auth.CAVEATS
create = no_auth.create
link = no_auth.link
