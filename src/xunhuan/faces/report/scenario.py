"""The report on a scenario's result."""
