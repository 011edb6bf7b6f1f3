"""Calls in Python code: one row a function, with its names in the libraries and how its formula is built."""
