"""What runs inside the engine's dynamic provider: one kind of server a module, each with its HANDLER."""
