"""Programs of our own."""
