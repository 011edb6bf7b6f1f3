"""Losses of real packages, traced: what they are was worked out by hand, from the packages' sources."""
