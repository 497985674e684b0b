"""Of all tests."""

import gc

from pulumi.runtime import resource
from pulumi.runtime.proto import source_pb2

# Recorded stacks are many small objects that live long; with Python's own thresholds, looking through them again and
# again is a quarter of the time of the conformance suites.
gc.set_threshold(100_000, 20, 20)

# Where in a program each resource is made: to read it, for Pulumi's engine alone, is a fifth of the time of recording.
resource._get_stack_trace = source_pb2.StackTrace
