"""Library calls with prior and posterior in the wrong order: ``kl_divergence(prior, posterior)``.

Of two learned distributions no algebra tells which is the posterior; but where the first is called the prior
and the second the posterior, the library computes KL(prior || posterior).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from klcli.formula.read.callee import called
from klcli.judge.mistakes.table import find_mistake
from klcli.lint.findings.shape_only_results import is_only_checked_for_shape
from klcli.lint.findings.term_places import place_of
from klcli.lint.findings.types import Finding
from klcli.lint.flow.values_with_parts import is_normal
from klcli.lint.project.definitions import Definitions
from klcli.lint.rules.reversed_kl import reversed_terms
from klcli.lint.rules.rule import ModuleTerms, finding_at_node
from klcli.names.libraries import DISTRIBUTIONS_CALLED, DISTRIBUTIONS_MODULE
from klcli.names.posterior_or_prior import is_prior
from klcli.values import replace

_SWAPPED = find_mistake("KL115")
_AROUND = frozenset(("Independent", "detach", "stop_gradient"))


def check(found: ModuleTerms) -> Iterator[Finding]:
    """Swapped calls, but in lines of which the algebra says so already."""
    said = {place_of(kl.best.excerpt).line for kl in reversed_terms(found)}
    for call in _swapped_calls(found.here):
        if call.lineno not in said:
            finding = finding_at_node(call, found.here.top.module, _SWAPPED)
            yield replace(finding, fix=ast.unparse(_exchanged(call)))


def _exchanged(call: ast.Call) -> ast.Call:
    """A call with the two distributions in the other order."""
    match call:
        case ast.Call(func=ast.Attribute(value=q, attr=name, ctx=context), args=[p]):
            return ast.Call(ast.Attribute(p, name, context), [q], call.keywords)
        case ast.Call(func=func, args=[q, p, *others]):
            return ast.Call(func, [p, q, *others], call.keywords)
    return call


def _swapped_calls(here: Definitions) -> Iterator[ast.Call]:
    """The calls of a library's ``kl_divergence`` in a module whose first argument is called a prior.

    Not those beside one in the other order, which make a symmetric divergence, nor those whose shape alone is
    looked at.
    """
    module = here.top.module
    if "kl_divergence" not in module.text:
        return
    for around, calls in _calls(module.tree, here).items():
        orders = {(ast.dump(q), ast.dump(p)) for _, q, p in calls}
        for call, q, p in calls:
            if not _is_swapped(_name(q), _name(p)) or (ast.dump(p), ast.dump(q)) in orders:
                continue
            if not is_only_checked_for_shape(call, around):
                yield call


def _calls(tree: ast.Module, here: Definitions) -> dict[ast.AST, list[tuple[ast.Call, ast.expr, ast.expr]]]:
    """The library's calls with their two arguments, by the innermost functions in which they stand."""
    owners: dict[ast.Call, ast.AST] = {}
    for around in ast.walk(tree):  # what is further inside comes later
        if isinstance(around, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef):
            owners |= {node: around for node in ast.walk(around) if isinstance(node, ast.Call)}
    found: dict[ast.AST, list[tuple[ast.Call, ast.expr, ast.expr]]] = {}
    for call, around in owners.items():
        if pair := _pair(call, here):
            found.setdefault(around, []).append((call, *pair))
    return found


def _pair(node: ast.Call, here: Definitions) -> tuple[ast.expr, ast.expr] | None:
    """The two distributions of a call of a library's ``kl_divergence``."""
    match node:
        case ast.Call(func=ast.Name(id=name), args=[q, p, *_]) if _meant(here, name) == "kl_divergence":
            return (q, p) if _is_library(here, name) else None
        case ast.Call(func=ast.Attribute(value=owner, attr="kl_divergence"), args=[q, p, *_]):
            return (q, p) if _is_library(here, _root(owner)) else None
        case ast.Call(func=ast.Attribute(value=q, attr="kl_divergence"), args=[p]):
            return q, p
    return None


def _is_swapped(first: str, second: str) -> bool:
    return "prior" in first.lower() and is_prior(first) is True and is_prior(second) is False


def _is_library(here: Definitions, name: str) -> bool:
    source, _ = here.imports.get(name, (name, None))
    return DISTRIBUTIONS_MODULE.says(source) or DISTRIBUTIONS_CALLED.says(source)


def _meant(here: Definitions, name: str) -> str | None:
    """What a name is called where it is imported from."""
    return here.imports.get(name, ("", name))[1]


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _name(node: ast.expr) -> str:
    """The last word of what names a distribution."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
        case ast.Subscript(value=owner):
            return _name(owner)
        case ast.Call(args=[first, *_]) if called(node) in _AROUND or is_normal(node):
            return _name(first)
        case ast.Call():
            return called(node)
    return ""
