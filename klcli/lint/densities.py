"""What libraries compute of normal distributions, written out: divergences, samples and log densities.

The closed forms are those of the standard deviations: KL(N(m1, s1^2) || N(m2, s2^2)) =
log(s2/s1) + (s1^2 + (m1 - m2)^2) / (2 s2^2) - 1/2.
"""

from __future__ import annotations

import ast

from klcli.lint.structures import Structure

__all__ = ["divergence", "log_density", "sample"]


def divergence(q: Structure, p: Structure, at: ast.expr) -> ast.expr:
    """KL(q || p)."""
    return _written("log(S / s) + (s ** 2 + (m - M) ** 2) / (2 * S ** 2) - 0.5", at, q, p)


def sample(q: Structure, at: ast.expr) -> ast.expr:
    """A reparameterised draw from q."""
    return _written("m + s * randn()", at, q)


def log_density(q: Structure, value: ast.expr, at: ast.expr) -> ast.expr:
    """log q(value)."""
    found = _written("-((x - m) ** 2) / (2 * s ** 2) - log(s) - 0.5 * log(2 * math.pi)", at, q)
    return _put(found, {"x": value})


def _written(text: str, at: ast.expr, q: Structure, p: Structure | None = None) -> ast.expr:
    """A formula with the means and scales of distributions, in the place of a call."""
    tree = ast.parse(text, mode="eval").body
    for node in ast.walk(tree):
        ast.copy_location(node, at)
    values = {"m": q.parts[".loc"], "s": q.parts[".scale"]}
    if p:
        values |= {"M": p.parts[".loc"], "S": p.parts[".scale"]}
    return _put(tree, values)


def _put(tree: ast.expr, values: dict[str, ast.expr]) -> ast.expr:
    class Put(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return values.get(node.id, node)

    found: ast.expr = Put().visit(tree)
    return found
