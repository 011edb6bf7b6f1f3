"""Trees as text with Greek letters, raised and lowered digits and fraction signs."""

from __future__ import annotations

from klcli.formula.character_tables import FRACTIONS, GREEK, SUBSCRIPTS, SUPERSCRIPTS
from klcli.formula.tree import (
    Negative,
    Number,
    Tree,
)
from klcli.formula.write.ascii import AsciiPrinter

_FRACTION_SIGNS = {value: sign for sign, value in FRACTIONS.items()}


class UnicodePrinter(AsciiPrinter):
    """Greek letters, raised and lowered digits, fraction signs."""

    minus = "−"
    times = " · "

    def number(self, tree: Number) -> str:
        return tree.spelling or _FRACTION_SIGNS.get(tree.value, str(tree.value))

    def constant(self, name: str) -> str:
        return "π" if name == "pi" else name

    def symbol(self, name: str) -> str:
        base, _, index = name.partition("_")
        looks_like_sum = base == "Sigma" and index[:1] in ("i", "j", "k")
        if (len(base) > 1 and base not in GREEK) or looks_like_sum:
            return name
        return self.subscripted(GREEK.get(base, base), index)

    def subscripted(self, base: str, index: str) -> str:
        if index in GREEK:
            return f"{base}_{GREEK[index]}"
        if index and all(sign in SUBSCRIPTS for sign in index):
            return base + "".join(SUBSCRIPTS[sign] for sign in index)
        return super().subscripted(base, index)

    def power(self, base: str, exponent: Tree, tail: bool) -> str:
        match exponent:
            case Number(value, "") | Negative(Number(value, "")) if value.denominator == 1:
                digits = f"{'-' * isinstance(exponent, Negative)}{value}"
                if len(digits) <= 4 and digits != "-0":  # a raised number is one number, and 0 has no sign
                    return base + "".join(SUPERSCRIPTS[digit] for digit in digits)
        return super().power(base, exponent, tail)

    def transpose(self, base: str) -> str:
        return f"{base}ᵀ"

    def reduction(self, kind: str, index: str, body: str) -> str:
        if kind == "sum" and index:
            return f"{self.subscripted('∑', index)} ({body})"
        return super().reduction(kind, index, body)
