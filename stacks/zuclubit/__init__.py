"""Zuclubit CRM: portable from the first day (seeds/004)."""
