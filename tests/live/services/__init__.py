"""Services, workers and jobs on the local target, through the real engine: `tests/live/app` is what they run."""
