"""Founder Diary: no lock-in, one VPS (seeds/002)."""
