"""Programs of our own that run beside the user's: each a package that is started by its own name.

`supervisor` imports nothing of infra_kit, for there is one of it for each workload; the others run under one.
"""
