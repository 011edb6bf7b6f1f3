"""A step of a derivation: a formula, and the rule that leads to it from the one before."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

from klcli.formula.tree import Symbol, Tree
from klcli.formula.write.printing import to_text
from klcli.gaussian.parameterization import Parameterization
from klcli.lazy_regex import regex
from klcli.values import dataclass

ESSENTIAL = "!"
"""What begins the rule of a step that a short derivation keeps."""
_FORMULA = regex(r"\{([^}]*)\}")
"""A formula within the words of a step: ``{2 pi} cancels``, and not what has none, ``definition``."""

DIGITS = 50
"""In which the steps of a derivation are compared: what agrees to so many is the same."""
_TOLERANCE = Decimal("1e-40")
"""The last ten of the digits are left to roundings."""

RuleText: TypeAlias = tuple[str | Tree, ...]


@dataclass(frozen=True, slots=True)
class DerivationStep:
    """One formula of a derivation.

    Attributes:
        rule: what leads to it from the step before, in words and formulas.
        tree: the formula.
        value: its value at the input, correctly rounded; None where there is no input, or not enough digits.
    """

    rule: RuleText
    tree: Tree
    value: float | None = None

    @property
    def words(self) -> str:
        """The rule as plain text."""
        return "".join(part if isinstance(part, str) else to_text(part) for part in self.rule)


def step_of(words: str, formula: str, read: Callable[[str], Tree]) -> DerivationStep:
    """A step as it stands in a table.

    Args:
        words: of the rule, with formulas in braces; those of an essential step begin with `ESSENTIAL`.
        formula: as text.
        read: reads the formulas, of numbers or of matrices.
    """
    parts = _FORMULA.split(words.removeprefix(ESSENTIAL))  # words and formulas by turns
    rule = (read(part) if number % 2 else part for number, part in enumerate(parts))
    return DerivationStep(tuple(filter(None, rule)), read(formula))


def rule_of_head(reading: Parameterization, subject: Tree, spread: Tree) -> RuleText:
    """The rule of the last step, to the number that a network puts out.

    Args:
        reading: of that number.
        subject: sigma or its square.
        spread: what that is in the head.
    """
    return ("the head ", Symbol("s"), f" is {reading.meaning}: ", subject, " = ", spread)


def are_same(before: Decimal, after: Decimal) -> bool:
    """Whether two steps have one value, relative to its size, or to 1 where it is small."""
    return abs(after - before) <= _TOLERANCE * max(abs(after), Decimal(1))
