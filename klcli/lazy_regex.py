"""Regular expressions that are compiled when one of them is first matched.

A hundred of them stand in the modules that read a formula, which needs few of them; some take milliseconds.
What stands here is used as what `re.compile` gives, which is what a type checker is shown. Only the functions
of `re` do not take it for a pattern; it has all of them as methods.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

__all__ = ["regex"]

if TYPE_CHECKING:
    from re import compile as regex
else:

    class _Pattern:
        """A regular expression with the methods of `re.Pattern`; the arguments are those of `re.compile`."""

        def __init__(self, pattern, flags=0):
            self.pattern = pattern
            self._given = flags

        def __getattr__(self, name):
            """What the compiled pattern has under this name, kept where it is found first from then on."""
            if name.startswith("_"):  # copies ask before there is anything to compile
                raise AttributeError(name)
            found = getattr(re.compile(self.pattern, self._given), name)
            setattr(self, name, found)
            return found

    regex = _Pattern
