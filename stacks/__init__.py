"""The composition root: each system's phases, composed from infra_kit's components."""
