"""Scenarios: files that say what to try, the runs they ask for, and the folders that record them."""
