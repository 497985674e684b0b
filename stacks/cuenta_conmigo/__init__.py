"""Cuenta Conmigo: from one VPS to several clouds (seeds/003)."""
