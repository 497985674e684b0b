"""Viña Santa Cruz: a vineyard's shop, near São Paulo (seeds/001)."""
