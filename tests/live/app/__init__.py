"""A small real application: leads come in by HTTP, are stored, scored by a worker, and counted by a job.

It knows its stores by its links' variables alone (`DB_URL`, `CACHE_URL`, `FILES_*`, `EVENTS_*`), and nothing of
infra_kit.
"""
