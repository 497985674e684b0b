"""Who sees which rows (seeds/004: ZU-3)."""

from pathlib import Path

SQL = Path(__file__).with_name("tenancy.sql").read_text(encoding="utf-8")
"""What the migrations end with; it stands in their environment as `TENANCY_SQL`."""
