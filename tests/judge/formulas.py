"""Right formulas of every reading in many spellings, made from the table of readings, and wrong ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import mpmath

from klcli.formula.traversal import substitute
from klcli.formula.tree import Symbol, Tree
from klcli.formula.value.arithmetic import Decimals, evaluate
from klcli.formula.write.printing import to_text
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.roles import Roles
from tests import reference

NAMES = tuple(PARAMETERIZATIONS)


def python_calls(tree: Tree, prefix: str) -> str:
    """A tree as Python with a module in front of every function."""
    text = to_text(tree, "python")
    for function in ("exp", "log", "sqrt", "softplus"):
        text = text.replace(f"{function}(", f"{prefix}{function}(")
    return text


def parts(name: str, head: str = "s") -> tuple[Tree, Tree]:
    """The variance and its logarithm under a reading."""
    row = PARAMETERIZATIONS[name]
    own = {"s": Symbol(head)}
    return substitute(row.variance, own), substitute(row.log_variance, own)


FRAMES: dict[str, Callable[[str, str, str], str]] = {
    "torch sum": lambda m, v, k: f"-0.5 * torch.sum(1 + {k} - {m}.pow(2) - {v})",
    "torch batch": lambda m, v, k: f"torch.mean(-0.5 * torch.sum(1 + {k} - {m} ** 2 - {v}, dim=1), dim=0)",
    "torch in place": lambda m, v, k: (
        f"kl = {m}.pow(2).add_({v}).mul_(-1).add_(1).add_({k})\nkl.sum().mul_(-0.5)"
    ),
    "helper": lambda m, v, k: f"v = {v}; kl = 0.5 * (v + {m}**2 - 1 - ({k})); kl.sum(-1)",
    "keras": lambda m, v, k: f"-0.5 * K.mean(K.sum(1 + {k} - K.square({m}) - ({v}), axis=-1))",
    "tf": lambda m, v, k: f"0.5 * tf.reduce_sum(tf.square({m}) + {v} - ({k}) - 1., 1)",
    "numpy": lambda m, v, k: f"np.sum(0.5 * (np.power({m}, 2) + {v} - 1) - 0.5 * ({k}), axis=1)",
    "augmented": lambda m, v, k: f"kl = 1 + {k} - {m}**2 - ({v})\nkl = kl.sum(1)\nkl *= -0.5\nreturn kl",
    "mathematics": lambda m, v, k: f"1/2*(({v}) + {m}**2 - 1 - ({k}))",
}
"""Ways in which code writes the closed form, given the mean, the variance and its logarithm."""


def right_lines(name: str) -> Iterator[tuple[str, str]]:
    """Right lines of code under a reading, with what they are called."""
    variance, log_variance = parts(name)
    for label, frame in FRAMES.items():
        prefix = {"keras": "K.", "tf": "tf.", "numpy": "np.", "mathematics": ""}.get(label, "torch.")
        yield label, frame("mu", python_calls(variance, prefix), f"({python_calls(log_variance, prefix)})")


def value(tree: Tree, values: dict[str, Any]) -> Any:
    """The value of a formula at a point in mpmath numbers; nan where it has none."""
    run = Decimals(60)
    given = {name: Decimal(mpmath.nstr(number, 60)) for name, number in values.items()}
    try:
        return mpmath.mpf(str(evaluate(tree, given, run)))
    except ArithmeticError:
        return mpmath.nan


POINTS = (("0.3", "1.2", "-0.4", "0.7"), ("-1", "0.4", "0.5", "1.9"), ("2.2", "3.1", "1", "2.3"))


def is_kl(tree: Tree, role: Roles, name: str, prior_name: str | None = None) -> bool:
    """Whether a formula has the value of the KL at some points, by the reference alone."""
    with mpmath.workdps(50):
        for texts in POINTS:
            mean, sigma, prior_mean, prior_sigma = map(mpmath.mpf, texts)
            if prior_name is None:
                prior_mean, prior_sigma = mpmath.mpf(0), mpmath.mpf(1)
            else:
                prior_sigma = reference.in_range(prior_name, prior_sigma)
            sigma = reference.in_range(name, sigma)
            heads = reference.HEAD[name](sigma), reference.HEAD[prior_name or "std"](prior_sigma)
            roles = (role.mean, role.head, role.prior_mean, role.prior_head)
            named = zip(roles, (mean, heads[0], prior_mean, heads[1]), strict=True)
            found = value(tree, {symbol: number for symbol, number in named if symbol})
            if not abs(found - reference.kl(mean, sigma, prior_mean, prior_sigma)) < mpmath.mpf("1e-35"):
                return False
    return True
