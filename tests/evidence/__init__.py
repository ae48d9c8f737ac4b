"""Published results and what is found here: one row each, from a function that works it out.

A module of this folder is a room: its docstring heads its part of the page, its functions under `@evidence` are the rows.
`python -m tests.evidence` writes docs/evidence.md.
"""
