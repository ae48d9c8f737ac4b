"""Tests, by room. Helpers that several rooms share are in `tests.helpers`."""
