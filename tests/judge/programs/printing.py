"""Generated programs in the ways in which people write them: four in Python, three in mathematics.

A formula is a tree of tuples: ``("+", a, b)``, ``("call", "exp", a)``, ``("sum", a, axis, keepdim)``; names and
numbers are strings.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeAlias

__all__ = ["PYTHON", "STYLES", "Formula", "printed"]

Formula: TypeAlias = Any
PYTHON = ("torch", "numpy", "jax", "tf")
STYLES = (*PYTHON, "latex", "unicode", "ascii")

_GREEK = {"mu": "μ", "sigma": "σ", "beta": "β", "rho": "ρ", "tau": "τ", "epsilon": "ε"}
_CALLS: Mapping[str, Mapping[str, str]] = {
    "torch": {"softplus": "F.softplus", "stop": "{}.detach()", "int": "{}.int()"},
    "numpy": {"softplus": "np.log1p(np.exp", "sigmoid": "1/(1 + np.exp(-", "int": "{}.astype(int)"},
    "jax": {
        "softplus": "jax.nn.softplus",
        "sigmoid": "jax.nn.sigmoid",
        "stop": "jax.lax.stop_gradient({})",
        "int": "{}.astype(int)",
    },
    "tf": {
        "softplus": "tf.nn.softplus",
        "log": "tf.math.log",
        "sum": "tf.reduce_sum",
        "mean": "tf.reduce_mean",
        "stop": "tf.stop_gradient({})",
        "int": "tf.cast({}, tf.int32)",
    },
}
"""What is called otherwise than by its own name in the module."""
_MODULES = {"torch": "torch", "numpy": "np", "jax": "jnp", "tf": "tf"}
_LEVEL = {"+": 1, "-": 1, "*": 2, "/": 2, "neg": 2, "^": 4}


def printed(tree: Formula, style: str, source: random.Random) -> str:
    """The text of a formula; how squares and calls are spelled is drawn."""
    return _PRINTERS[style](tree, source)[0]


def _bracketed(found: tuple[str, int], level: int) -> str:
    return found[0] if found[1] >= level else f"({found[0]})"


def _python(tree: Formula, source: random.Random, *, style: str) -> tuple[str, int]:
    def below(part: Formula) -> tuple[str, int]:
        return _python(part, source, style=style)

    def called(name: str) -> str:
        return _CALLS[style].get(name, f"{_MODULES[style]}.{name}")

    if isinstance(tree, str):
        return tree, 5 if not tree.startswith("-") else 2
    kind, torch = tree[0], style == "torch"
    match tree:
        case ("neg", a):
            return f"-{_bracketed(below(a), 3)}", 2
        case ("+" | "-" | "*" | "/", a, b):
            level = _LEVEL[kind]
            sign = f" {kind} " if level == 1 or source.random() < 0.5 else kind
            return f"{_bracketed(below(a), level)}{sign}{_bracketed(below(b), level + 1)}", level
        case ("^", a, "2"):
            text = below(a)
            choice = source.randrange(4)
            if choice == 0 and torch and not text[0][0].isdigit():
                return f"{_bracketed(text, 5)}.pow(2)", 5
            if choice == 1:
                return f"{called('square')}({text[0]})", 5
            if choice == 2 and isinstance(a, str):
                return f"{a}*{a}", 2
            return f"{_bracketed(text, 5)}**2", 4
        case ("^", a, n):
            return f"{_bracketed(below(a), 5)}**{n}", 4
        case ("call", name, a):
            text = below(a)
            named = text[1] >= 5 and not text[0][0].isdigit()
            if torch and name in ("exp", "log", "sqrt", "sigmoid") and named and source.random() < 0.4:
                return f"{text[0]}.{name}()", 5
            function = called(name)
            if function.endswith("-"):
                return f"{function}{_bracketed(text, 5)}))", 2
            return f"{function}({text[0]}){')' * function.count('(')}", 5
        case ("clamp", a, low, high):
            if torch:
                given = ", ".join([f"min={low}", *([f"max={high}"] if high else [])])
                return f"torch.clamp({below(a)[0]}, {given})", 5
            name = ("clip_by_value" if style == "tf" else "clip") if high else "maximum"
            return f"{called(name)}({', '.join(filter(None, (below(a)[0], low, high)))})", 5
        case ("own", name, a):
            return f"{name}({below(a)[0]})", 5
        case ("sum" | "mean", a, axis, keeps):
            return _reduced(called(kind), below(a), axis, keeps, source, torch=torch), 5
        case ("einsum", indices, *parts):
            return f"{called('einsum')}('{indices}', {', '.join(below(part)[0] for part in parts)})", 5
        case ("stop" | "int", a):
            return called(kind).format(below(a)[0] if called(kind)[0] != "{" else _bracketed(below(a), 5)), 5
        case ("dot", a, b):
            return f"{called('dot')}({below(a)[0]}, {below(b)[0]})", 5
    raise ValueError(tree)


def _reduced(
    function: str, body: tuple[str, int], axis: str, keeps: bool, source: random.Random, *, torch: bool
) -> str:
    if torch:
        word = source.choice(("dim=", "", "axis=")) if axis else ""
        given = [f"{word}{axis}"] if axis else []
        given += ["keepdim=True"] if keeps and axis else []
        if source.random() < 0.5:
            return f"{function}({', '.join([body[0], *given])})"
        return f"{_bracketed(body, 5)}.{function.rpartition('.')[2]}({', '.join(given)})"
    given = [f"axis={axis}"] if axis else []
    given += ["keepdims=True"] if keeps and axis else []
    return f"{function}({', '.join([body[0], *given])})"


def _mathematics(tree: Formula, source: random.Random, *, style: str) -> tuple[str, int]:
    def below(part: Formula) -> tuple[str, int]:
        return _mathematics(part, source, style=style)

    if isinstance(tree, str):
        return _leaf(tree, style), 5 if not tree.startswith("-") else 2
    match tree:
        case ("neg", a):
            return f"-{_bracketed(below(a), 3)}", 1
        case ("+" | "-" as sign, a, b):
            return f"{_bracketed(below(a), 1)} {sign} {_bracketed(below(b), 2)}", 1
        case ("*", a, b):
            if style == "latex":
                return f"{_bracketed(below(a), 2)} \\cdot {_bracketed(below(b), 3)}", 2
            left, right = _bracketed(below(a), 2), _bracketed(below(b), 3)
            # A number in front of brackets needs no sign.
            bare = isinstance(b, tuple) and right[0] == "(" and re.fullmatch(r"\(?-?\(?[\d./]+\)*", left)
            return f"{left}{' ' if bare and source.random() < 0.6 else ' * '}{right}", 2
        case ("/", a, b):
            if style == "latex":
                return f"\\frac{{{below(a)[0]}}}{{{below(b)[0]}}}", 4
            # A sum in front of a slash is one that is divided: it is bracketed.
            return f"{_bracketed(below(a), 3)}/{_bracketed(below(b), 5)}", 2
        case ("^", a, n):
            base = _bracketed(below(a), 5)
            if style == "unicode" and n == "2":
                return f"{base}²", 4
            return (f"{base}^{{{n}}}" if style == "latex" else f"{base}^{n}"), 4
        case ("call", name, a):
            text = below(a)[0]
            if name in ("softplus", "sigmoid"):
                return below(_spelled_out(name, a))
            if style == "latex":
                if name == "sqrt":
                    return f"\\sqrt{{{text}}}", 5
                if name == "exp" and source.random() < 0.4:
                    return f"e^{{{text}}}", 4
                return f"\\{name}\\left({text}\\right)", 5
            return f"{name}({text})", 5
        case ("sum", a, axis, _):
            index, most = ("i", "N") if axis == "0" else ("j", "J")
            if style == "latex":
                return f"\\sum_{{{index}=1}}^{{{most}}} \\left({below(a)[0]}\\right)", 2
            return f"{'Σ' if style == 'unicode' else 'sum'}_{index} ({below(a)[0]})", 2
    raise ValueError(tree)


def _spelled_out(name: str, a: Formula) -> Formula:
    """A function that mathematics has no name for."""
    if name == "softplus":
        return ("call", "log", ("+", "1", ("call", "exp", a)))
    return ("/", "1", ("+", "1", ("call", "exp", ("neg", a))))


def _leaf(text: str, style: str) -> str:
    if style == "ascii" or not text[0].isalpha():
        return text
    name, *rest = re.split(r"_", text)
    if style == "unicode":
        return "_".join([_GREEK.get(name, name), *rest])
    shown = f"\\{name}" if name in _GREEK else name
    return f"{shown}_{{{''.join(rest)}}}" if rest else shown


_PRINTERS: Mapping[str, Callable[[Formula, random.Random], tuple[str, int]]] = {
    **{style: partial(_python, style=style) for style in PYTHON},
    **{style: partial(_mathematics, style=style) for style in ("latex", "unicode", "ascii")},
}
