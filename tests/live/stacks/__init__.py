"""The products of stacks/, each brought up from a clone of its own."""
