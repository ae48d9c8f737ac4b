"""Numbers that README and the pages of docs quote, each worked out by a function.

A module of this folder has the quotes of a page. `python -m tests.quoted` rewrites the pages in place, examples too.
"""
