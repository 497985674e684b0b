"""Of all tests."""

import gc

from tests import lean_sdk

# Recorded stacks are many small objects that live long; with Python's own thresholds, looking through them again and
# again is a quarter of the time of the conformance suites.
gc.set_threshold(100_000, 20, 20)

lean_sdk.install()
