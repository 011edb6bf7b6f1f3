"""Mistakes that are known by name: their codes and pages, the changes that undo them, the search."""
