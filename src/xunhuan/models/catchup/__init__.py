"""Catch-up of an industry whose costs fall with experience, under partial decoupling."""
