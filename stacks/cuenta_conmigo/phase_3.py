"""Phase 3: seven services, and a second region that stands by; up to a hundred thousand users (seeds/003: CC-4)."""

from stacks.cuenta_conmigo import regions
from stacks.cuenta_conmigo.region import Size
from stacks.outside import budget

HOME = Size(instances=5, memory_gb=16, high_availability=True, read_replicas=2)
STANDBY = Size(instances=2, memory_gb=16)
"""Its services grow by themselves when all users come; its database is as large as that at home."""


def deploy() -> None:
    regions.deploy(HOME, STANDBY)
    budget(1500)  # CC-4
