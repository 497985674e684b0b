"""Programs of our own that run beside the user's: each a package that is started by its own name."""
