"""Recorders: a file for each framework, with the standard library and that only, for Python from 3.8 on."""
