"""A reader of mathematics of its own: ASCII, Unicode and LaTeX as generated programs and answers have it.

It turns a formula into Python, in which ``total_j`` is the sum over the index j. It knows no more than is needed
and shares nothing with the package.
"""

from __future__ import annotations

import re

__all__ = ["as_python", "plain_signs"]

_SIGNS = {
    "²": "^2",
    "½": "(1/2)",
    "·": "*",
    "×": "*",
    "−": "-",
    "√": " sqrt ",
    "μ": "mu",
    "σ": "sigma",
    "τ": "tau",
    "ρ": "rho",
    "β": "beta",
    "π": "pi",
    "ε": "epsilon",
    "Σ": " sum",
    "∑": " sum",
    "\\left": "",
    "\\right": "",
    "\\cdot": "*",
    "\\,": " ",
}
_LOW, _LETTERS = "ⱼₚ₁₂", "jp12"
_TOKEN = re.compile(r"\s*(\d+\.?\d*(?:e-\d+)?|\\?[A-Za-z]+(?:_(?:\{[^}]*\}|[A-Za-z0-9]+))*|\^|[-+*/(){}=])")
_FUNCTIONS = ("exp", "log", "ln", "sqrt", "softplus", "abs")


def as_python(text: str) -> str:
    """The formula as Python; what stands before an equals sign is left out."""
    _, _, formula = plain_signs(text).strip().rstrip(".").rpartition(" = ")
    tokens = _tokens(formula)
    reader = _Reader(tokens)
    found = reader.sum()
    if reader.at < len(tokens):
        raise ValueError(f"{text!r}: {tokens[reader.at :]}")
    return found


def plain_signs(text: str) -> str:
    """The text with the letters of a keyboard, and names without brackets."""
    for sign, plain in _SIGNS.items():
        text = text.replace(sign, plain)
    text = re.sub(r"\\(?:mathrm|operatorname) *\{([^}]*)\}", lambda found: found[1].replace("\\_", "_"), text)
    text = re.sub(
        f"_?([{_LOW}]+)", lambda found: "_" + found[1].translate(str.maketrans(_LOW, _LETTERS)), text
    )
    return re.sub(r"_\{([A-Za-z0-9]+)\}", r"_\1", text)


def _tokens(text: str) -> list[str]:
    found, place = [], 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if not match:
            raise ValueError(f"{text!r} at {place}")
        found.append(match[1])
        place = match.end()
    return found


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.at = tokens, 0

    @property
    def next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        token = self.next
        if wanted and token != wanted:
            raise ValueError(f"{wanted} expected, got {self.tokens[self.at :]}")
        self.at += 1
        return token

    def sum(self) -> str:
        found = f"-({self.product()})" if self.next == "-" and self.take() else self.product()
        while self.next in ("+", "-"):
            found = f"{found} {self.take()} ({self.product()})"
        return found

    def product(self) -> str:
        found = self.power()
        while self.next and self.next not in "+-)}=":
            sign = self.take() if self.next in "*/" else "*"
            found = f"({found} {sign} {self.power()})"
        return found

    def power(self) -> str:
        if self.next == "-":
            self.take()
            return f"(-{self.power()})"
        found = self.atom()
        while self.next == "^":
            self.take()
            found = f"({found} ** {self.exponent()})"
        return found

    def exponent(self) -> str:
        if self.next == "{":
            return self.group("{", "}")
        if self.next == "-":
            self.take()
            return f"(-{self.atom()})"
        return self.atom()

    def group(self, first: str, last: str) -> str:
        self.take(first)
        found = self.sum()
        self.take(last)
        return f"({found})"

    def atom(self) -> str:
        if self.next == "(":
            return self.group("(", ")")
        if self.next == "{":
            return self.group("{", "}")
        token = self.take()
        if token[0].isdigit():
            return token
        name = re.sub(r"[{}\\]", "", token)
        if name == "frac":
            return f"({self.group('{', '}')} / {self.group('{', '}')})"
        if name.split("_")[0] == "sum":
            return self.total(re.sub(r"=.*", "", name.split("_")[1]))
        if name in _FUNCTIONS:
            argument = self.atom() if self.next in ("(", "{") else self.power()
            return f"{'log' if name == 'ln' else name}({argument})"
        return "e_" if name == "e" else name

    def total(self, index: str) -> str:
        """A sum over an index: its limits are passed over, it runs to the end of the product."""
        if self.next == "^":
            self.take()
            self.atom()
        return f"total_{index}({self.product()})"
