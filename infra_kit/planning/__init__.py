"""Planning: what a stack would be, what it costs and what it risks, before `pulumi up`. See docs/planning.md."""
