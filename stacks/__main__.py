"""What `pulumi up` runs: the phase of the system that the stack's configuration names."""

from stacks.config import load_phase

load_phase().deploy()
