"""Texts that try to hang a reader, to eat memory or to be executed; run as a program, it tries them all.

One line of JSON for each reader or arithmetic: the label, what was tried, how it ended, the seconds of the
processor that it took.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from klcli.errors import KlcliError
from klcli.formula.read import math_parser, python
from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Tree
from klcli.formula.value.arithmetic import Decimals, Symbols, evaluate
from klcli.formula.value.doubles import Grids
from klcli.formula.value.interval import Intervals
from klcli.formula.value.normal_form import NormalForms
from klcli.formula.write.printing import NOTATIONS, to_text

REFUSED: dict[str, str] = {
    "a command": "__import__('os').system('x')",
    "an attribute": "().__class__.__bases__[0].__subclasses__()",
    "a lambda": "(lambda: exec('x'))()",
    "a format string": "f'{__import__(chr(111))}'",
    "10,000 brackets": "(" * 10_000 + "x" + ")" * 10_000,
    "1,000 brackets": "(" * 1_000 + "x" + ")" * 1_000,
    "81 brackets": "(" * 81 + "x" + ")" * 81,
    "open brackets": "(" * 4_000,
    "closing brackets": ")" * 4_000,
    "square brackets": "[" * 1_000 + "x" + "]" * 1_000,
    "a megabyte of digits": "9" * 1_000_000,
    "4,000 digits": "9" * 4_000,
    "digits behind the point": "0." + "9" * 3_000,
    "a huge exponent": "1e999999999",
    "an exponent of many digits": "1e" + "9" * 3_000,
    "a huge LaTeX exponent": r"1 \times 10^{99999999}",
    "a NUL byte": "x + \0",
    "an escape": "x\x1b[31m",
    "a bell": "\a",
    "a lone surrogate": "x\ud800",
    "a bidi mark": "x \u202e+ y",
    "an isolate": "\u2066x\u2069",
    "a byte order mark": "\ufeffx",
    "a private sign": "\ue000",
    "a very long name": "a" * 4_000,
    "a very long unknown function": "a" * 3_000 + "(x)",
    "a long subscript": "x_" + "1" * 3_000,
    "many subscripts": "x" + "_1" * 1_900,
    "4,000 minus signs": "-" * 3_999 + "x",
    "200 minus signs": "-" * 200 + "x",
    "a power tower": "x^" * 1_900 + "x",
    "a power tower of 200": "x**" * 200 + "x",
    "a power tower in brackets": "x^(" * 900 + "x" + ")" * 900,
    "a 10,000-term sum": " + ".join(["x"] * 10_000),
    "a 1,000-term sum": "+".join(["x"] * 1_000),
    "a 100-term product": "*".join(["x"] * 100),
    "1,900 divisions": "x/" * 1_900 + "x",
    "1,900 factors side by side": "x " * 1_900,
    "1,000 logarithms": "log " * 999 + "x",
    "1,000 roots": "√" * 3_000 + "x",
    "1,000 fractions": r"\frac" * 800,
    "nested fractions": r"\frac{1}{" * 400 + "x" + "}" * 400,
    "3,000 sums": "∑" * 3_000,
    "1,000 sums with indices": "∑ⱼ" * 1_500 + "x",
    "sums side by side": "∑(x)" * 900,
    "1,000 exponents": "e^" * 1_900 + "x",
    "LaTeX exponents": "e^{" * 1_000 + "x" + "}" * 1_000,
    "expectations": "E[" * 1_000 + "x" + "]" * 1_000,
    "calls": "exp(" * 900 + "x" + ")" * 900,
    "methods": "x" + ".exp()" * 600,
    "subscripts": "x" + "[0]" * 1_000,
    "conditions": "x if x else " * 300 + "x",
    "negations": "not " * 900 + "x",
    "comparisons": "x < " * 900 + "x",
    "a long tuple": "x," * 1_900,
    "a thousand arguments": "exp(" + "x," * 1_900 + "x)",
    "a thousand numbers": "max(" + "1," * 1_900 + "1)",
    "spaces": " " * 3_990 + "!",
    "spaces between underscores": "x" + " _ " * 1_300,
    "superscripts": "x" + "²" * 3_000,
    "primes of a command": "\\" * 3_999,
    "dollars": "$" * 3_000,
    "braces": "{}" * 1_900,
    "a comment": "x # " + "y" * 100 + "\n + $",
    "a continuation": "x \\",
    "a string that is not closed": "'" * 3_999,
    "triple quotes": '"""' * 1_300,
    "a walrus": "(x := open(0))",
    "a set of powers": "{10**10**10, 1}",
}
"""What no reader takes."""

EXTREME: dict[str, str] = {
    "9^9^9^9": "9**9**9**9",
    "2^(10^300)": "2**(10**300)",
    "2^-(10^300)": "2**-(10**300)",
    "1.000001^(10^15)": "1.000001**(10**15)",
    "0.999999^(10^18)": "0.999999**(10**18)",
    "(-1.5)^(10^18)": "(-1.5)**(10**18)",
    "(10^400)^(10^400)": "1e400**1e400",
    "exp(exp(exp(99)))": "exp(exp(exp(99)))",
    "exp(-exp(exp(99)))": "exp(-exp(exp(99)))",
    "log of a tower": "log(exp(exp(exp(99))) - 1)",
    "the size of a tower": "abs(exp(exp(exp(99))) - exp(exp(exp(98))))",
    "e^(10^9 log 2)": "exp(10**9 * log(2))",
    "(2x)^(10^9)": "(2*x)**(10**9)",
    "sqrt(2)^(10^9)": "sqrt(2)**(10**9)",
    "(x + 1)^(10^9)": "(x + 1)**(10**9)",
    "x^(1/3)": "x**(1/3)",
    "x^(1e-400)": "x**1e-400",
    "a tower of x": "x**x**x**x**x**x**x**x",
    "divided by zero": "1/(x - x)",
    "zero to the zero": "(x - x)**(x - x)",
    "an iterated square": "(" * 30 + "x" + "**2 + 1)" * 30,
    "an iterated cube": "(" * 30 + "x" + "**3 - x)" * 30,
    "an iterated absolute value": "abs(" * 25 + "x" + "**2 - 3)" * 25,
    "79 logarithms": "log(" * 79 + "x" + ")" * 79,
    "39 softplus": "softplus(" * 39 + "x" + ")" * 39,
    "79 roots": "sqrt(" * 79 + "x" + ")" * 79,
    "77 exponentials": "exp(" * 77 + "-x" + ")" * 77,
    "tiny arguments": "log1p(1e-400**9) + expm1(-1e-400**9) + softplus(-1e9)",
    "huge arguments": "softplus(1e400) - log(1e400)",
    "400 digits": "log(" + "9" * 400 + ") - sqrt(0." + "3" * 390 + ")",
    "many logarithms": "(" + "+".join(f"log({k})" for k in range(2, 70)) + ")**2",
    "much cancellation": "log(1 + 1e-400) - 1e-400 + exp(1e-390) - 1",
}
"""What is read, and has an extreme value or none; in Python, and with ``^`` for ``**`` in mathematics."""


def attempt(action: Callable[[], Any]) -> tuple[str, float, Any]:
    start = time.process_time()
    result = None
    try:
        result = action()
        ending = "value"
    except (KlcliError, ArithmeticError) as error:
        ending = type(error).__name__
        str(error)
    except BaseException as error:
        ending = f"CRASH {type(error).__name__}"
    return ending, time.process_time() - start, result


def evaluations(tree: Tree) -> dict[str, Callable[[], Any]]:
    import sympy

    names = free_symbols(tree)
    digits, interval = Decimals(50), Intervals(50)
    seven = digits.number(Fraction(7, 10))
    return {
        "digits": lambda: evaluate(tree, dict.fromkeys(names, seven), digits),
        "interval": lambda: evaluate(tree, dict.fromkeys(names, interval.number(Fraction(2))), interval),
        "doubles": lambda: evaluate(tree, {name: [[-1.0, -0.5, 0.0, 0.5, 1.0]] for name in names}, Grids()),
        "normal form": lambda: _difference(tree, NormalForms()),
        "symbols": lambda: evaluate(
            tree, {name: sympy.Symbol(name, positive=True) for name in names}, Symbols()
        ),
        "printing": lambda: [to_text(tree, style) for style in NOTATIONS],
        "hash and text": lambda: (hash(tree), repr(tree), tree == tree),
    }


def _difference(tree: Tree, run: NormalForms) -> bool:
    """Whether a formula is itself, by its normal form."""
    form = evaluate(tree, {name: run.symbol(name, positive=True) for name in free_symbols(tree)}, run)
    return run.is_zero(run.operate("-", form, form))


def main() -> None:
    import sympy  # noqa: F401  loaded before the clock starts

    def report(label: str, tried: str, ending: str, seconds: float) -> None:
        print(json.dumps([label, tried, ending, seconds]))

    for label, text in REFUSED.items():
        for name, parse in (("notation", math_parser.parse), ("python", python.parse)):
            ending, seconds, _ = attempt(lambda parse=parse, text=text: parse(text))  # type: ignore[misc]
            report(label, f"refused by {name}", ending, seconds)
    for label, text in EXTREME.items():
        for name, parse, written in (
            ("notation", math_parser.parse, text.replace("**", "^")),
            ("python", python.parse, text),
        ):
            ending, seconds, tree = attempt(lambda parse=parse, written=written: parse(written))  # type: ignore[misc]
            report(label, f"read by {name}", ending, seconds)
        for name, action in evaluations(tree).items() if tree else ():
            ending, seconds, _ = attempt(action)
            report(label, name, ending, seconds)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    main()
