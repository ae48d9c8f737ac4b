"""The four pages. Each has `page(selection)`, which renders it, and may have `register(app)` for its callbacks."""
