"""Spaces of functions that a program can lie in: each is known by its columns, and read off their factors."""
