"""Library calls with prior and posterior in the wrong order: ``kl_divergence(prior, posterior)``.

Of two learned distributions no algebra tells which is the posterior; but where the first is called the prior
and the second the posterior, the library computes KL(prior || posterior).
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from klcli.formula.read.callee import called
from klcli.judge.mistakes.table import find_mistake
from klcli.lint.findings.shape_only_results import is_only_checked_for_shape
from klcli.lint.findings.term_places import place_of
from klcli.lint.findings.types import Finding
from klcli.lint.flow.syntax_names import stored
from klcli.lint.flow.values_with_parts import is_normal
from klcli.lint.project.definitions import Definitions
from klcli.lint.rules.reversed_kl import reversed_terms
from klcli.lint.rules.rule import ModuleTerms, finding_at_node
from klcli.names.libraries import DISTRIBUTIONS_CALLED, DISTRIBUTIONS_MODULE
from klcli.names.posterior_or_prior import SAYS_DIRECTION, is_called_prior, is_prior
from klcli.values import replace

_SWAPPED = find_mistake("KL115")
_AROUND = frozenset(("Independent", "detach", "stop_gradient"))


def check(found: ModuleTerms) -> Iterator[Finding]:
    """Swapped calls, but in lines of which the algebra says so already."""
    said = {place_of(kl.best.excerpt).line for kl in reversed_terms(found)}
    for call in swapped_calls(found.here):
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


def swapped_calls(here: Definitions) -> Iterator[ast.Call]:
    """The calls of a library's ``kl_divergence`` in a module whose first argument is called a prior.

    Not those beside one in the other order, which make a symmetric divergence, nor those whose shape alone is
    looked at.
    """
    module = here.top.module
    if "kl_divergence" not in module.text:
        return
    for around, calls in _calls(module.tree, here).items():
        if SAYS_DIRECTION.says(getattr(around, "name", "")):
            continue
        orders = {(ast.dump(q), ast.dump(p)) for _, q, p in calls}
        made, meant = _made_once(around), _said_directions(around)
        for call, q, p in calls:
            if call in meant or not _is_swapped(tuple(_names(q, made)), tuple(_names(p, made))):
                continue
            if (ast.dump(p), ast.dump(q)) not in orders and not is_only_checked_for_shape(call, around):
                yield call


def _said_directions(around: ast.AST) -> set[ast.AST]:
    """What is given a name that says its direction: ``inclusive_kl = kl_divergence(prior, posterior)``."""
    given = (node for node in ast.walk(around) if isinstance(node, ast.Assign))
    meant = (node.value for node in given if any(map(SAYS_DIRECTION.says, stored(node))))
    return {below for value in meant for below in ast.walk(value)}


def _made_once(around: ast.AST) -> dict[str, ast.expr]:
    """The normal distributions that a function gives names which have no other value in it."""
    nodes = list(ast.walk(around))
    stores = Counter(
        node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )
    return {
        node.targets[0].id: node.value
        for node in nodes
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        if isinstance(node.value, ast.Call) and is_normal(node.value) and stores[node.targets[0].id] == 1
    }


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
        case ast.Call(func=ast.Name() as func, args=[q, p, *_]):
            path = _path(func, here)
            return (q, p) if path.endswith(".kl_divergence") and DISTRIBUTIONS_MODULE.says(path) else None
        case ast.Call(func=ast.Attribute(value=owner, attr="kl_divergence"), args=[q, p, *_]):
            path = _path(owner, here)
            is_library = DISTRIBUTIONS_MODULE.says(path) or DISTRIBUTIONS_CALLED.says(path)
            return (q, p) if is_library else None
        case ast.Call(func=ast.Attribute(value=q, attr="kl_divergence"), args=[p]):
            return q, p
    return None


def _path(node: ast.expr, here: Definitions) -> str:
    """Where what is named comes from: ``torch.distributions`` of ``D``; the name where nothing says so."""
    match node:
        case ast.Name(id=name):
            source, meant = here.imports.get(name, (name, None))
            return f"{source}.{meant}" if meant else source
        case ast.Attribute(value=owner, attr=name):
            return f"{_path(owner, here)}.{name}"
    return ""


def _is_swapped(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether the names of the first are those of a prior, and the names of the second of a posterior."""
    one, two = ({is_prior(name) for name in names} for names in (first, second))
    return any(map(is_called_prior, first)) and False not in one and False in two and True not in two


def _names(node: ast.expr, made: Mapping[str, ast.expr]) -> Iterator[str]:
    """What a distribution is called, and what it is made of: ``prior`` of ``p = Normal(prior["mean"], std)``.

    Args:
        node: the distribution, or its mean.
        made: the distributions that names have.
    """
    match node:
        case ast.Name(id=name):
            yield name
            if name in made:
                yield from _names(made[name], {})
        case ast.Attribute(value=owner, attr=name):
            yield name
            if is_prior(name) is None:
                yield from _names(owner, {})
        case ast.Subscript(value=owner, slice=entry):
            said = entry.value if isinstance(entry, ast.Constant) and isinstance(entry.value, str) else ""
            yield said
            if is_prior(said) is None:
                yield from _names(owner, {})
        case ast.Call(args=[first, *_]) if called(node) in _AROUND or is_normal(node):
            yield from _names(first, made)
        case ast.Call():
            yield called(node)
