"""Numbers of the machine that more than one computation keeps to."""

from __future__ import annotations

EPSILON = 2.0**-52
"""The distance from 1 to the next double; a rounding is half of it at most."""
BLOCK = 8192
"""Elements that are worked on at once: temporaries stay in the cache; BLAS starts threads from 10,000."""
