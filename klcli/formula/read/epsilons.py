"""Numbers of floating point by their names: ``torch.finfo(x.dtype).eps``, ``sys.float_info.epsilon``.

Source: IEEE 754-2019, and Kalamkar et al. (2019) for bfloat16.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from fractions import Fraction

from klcli.formula.read.callee import called
from klcli.formula.tree import Number

KERAS_EPSILON = Number(Fraction("1e-7"), "1e-7")
"""The small number of Keras, unless a configuration says another: ``K.epsilon()``, once ``K._epsilon``."""
_DIGITS: Mapping[str, tuple[int, int]] = {
    **dict.fromkeys(("float16", "half"), (10, 14)),
    "bfloat16": (7, 126),
    **dict.fromkeys(("float32", "single"), (23, 126)),
    **dict.fromkeys(("float64", "double", "float_info"), (52, 1022)),
}
"""Binary digits behind the point, and the power of two of the smallest normal number, negated."""
_EPSILONS, _TINY = ("eps", "epsilon"), ("tiny", "smallest_normal", "min")


def float_name(node: ast.Attribute) -> str:
    """``eps`` or ``tiny`` for what is one of these of a type of floating point; empty for anything else."""
    owner = node.value
    is_info = isinstance(owner, ast.Call) and called(owner) == "finfo"
    is_own = isinstance(owner, ast.Attribute) and owner.attr == "float_info"
    if node.attr in _EPSILONS and (is_info or is_own):
        return "eps"
    # The min of finfo is the most negative number.
    return "tiny" if node.attr in _TINY[: 2 + is_own] and (is_info or is_own) else ""


def float_value(node: ast.Attribute) -> Fraction | None:
    """The number itself; None where the type is that of an array, which is not known."""
    digits, smallest = _DIGITS.get(_type(node.value), (0, 0))
    if not digits:
        return None
    return Fraction(1, 2 ** (digits if float_name(node) == "eps" else smallest))


def _type(owner: ast.expr) -> str:
    """The name of a type of floating point; ``float`` is a double, but single precision in torch."""
    if not isinstance(owner, ast.Call):
        return "float_info"
    match owner.args:
        case [ast.Attribute(value=ast.Name(id="torch"), attr="float")]:
            return "float32"
        case []:
            return "float32"  # the default of torch
        case [ast.Name(id="float")]:
            return "float64"
        case [ast.Attribute(attr=name)] | [ast.Name(id=name)] | [ast.Constant(value=str(name))]:
            return name
    return ""
