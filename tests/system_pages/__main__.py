"""Writes the generated sections of docs/systems anew: `python -m tests.system_pages [SYSTEM ...]`."""

from __future__ import annotations

import sys

from tests.planned_phases import SYSTEMS
from tests.system_pages.page import file_of, filled

for name in sys.argv[1:] or SYSTEMS:
    file = file_of(name)
    file.write_text(filled(name, file.read_text(encoding="utf-8")), encoding="utf-8")
