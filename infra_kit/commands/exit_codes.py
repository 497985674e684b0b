"""How infra-kit ends: 0 done, 1 an error, 2 wrong usage (typer's), and these."""

REFUSED = 3
"""Data would be lost."""
ANOTHER_RUN = 4
"""Another run is at work on the stack."""
OVER_BUDGET = 5
FINDINGS = 6
"""`audit` found something, or `doctor` misses something."""
