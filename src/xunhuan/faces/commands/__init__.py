"""Commands, one module a room; each has `register(app)`."""
