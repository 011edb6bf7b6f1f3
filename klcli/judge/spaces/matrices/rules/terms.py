"""The terms of a formula of matrices that are missing, or weighed otherwise than in a KL.

Whether a change makes the formula the KL is for the judge.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from klcli.formula.traversal import children, free_symbols, rebuilt, walk
from klcli.formula.tree import MatrixCall, MatrixProduct, Operation, Symbol, Tree
from klcli.formula.value.small_arrays import ShapeError
from klcli.judge.mistakes.rules.rewriting import Site, chain, factored, is_inner, joined, times
from klcli.judge.scaled_kl import FoundNumber
from klcli.judge.spaces.matrices.fitting import Subject
from klcli.judge.spaces.matrices.readings import CHOLESKY, PRECISION
from klcli.judge.spaces.matrices.rules.rewriting import Setting, everywhere
from klcli.judge.spaces.matrices.term_weights import MatrixTerm, TermWeights, coefficients, compared


def volume_missing(site: Site, setting: Setting) -> Iterator[Tree]:
    """The logarithms of the determinants of matrices that have none, added to a sum."""
    volumes = [node for node in walk((*site.above, site.node)[0]) if setting.is_volume(node)]
    has_one = {name for volume in volumes for name in free_symbols(volume)}
    missing: list[tuple[bool, Tree]] = []
    for head in setting.way.heads:
        if head.name not in has_one:
            volume: Tree = MatrixCall("logdet", Symbol(head.name))
            volume = times(Fraction(2), volume) if head.reading is CHOLESKY else volume
            missing.append(((head.side == "q") != (head.reading is PRECISION), volume))
    if missing:
        yield from _with_terms(site, missing)


def trace_missing(site: Site, setting: Setting) -> Iterator[Tree]:
    """The trace, added to a sum that has none."""
    whole = (*site.above, site.node)[0]
    q, p = setting.way.head("q"), setting.way.head("p")
    if q is None or any(isinstance(node, MatrixCall) and node.function == "trace" for node in walk(whole)):
        return
    covariance = setting.covariance(q)
    product = setting.product(setting.precision(p), covariance) if p else covariance
    yield from _with_terms(site, [(False, MatrixCall("trace", product))])


def _with_terms(site: Site, terms: list[tuple[bool, Tree]]) -> Iterator[Tree]:
    """A sum with more terms, or with half of them; True for what is subtracted."""
    is_sum = isinstance(site.node, Operation) and site.node.operator in "+-"
    if is_sum and site.is_term and not is_inner(site):
        for factor in (Fraction(1), Fraction(1, 2)):
            yield joined([*chain(site.node), *((sign, times(factor, term)) for sign, term in terms)])


def weight_of_term(site: Site, setting: Setting) -> Iterator[Tree]:
    """The weights of all terms made those of the KL, where each stands in terms of the sum by itself."""
    if site.above:
        return
    whole = _weights(site.node, setting)
    compare = whole and compared(whole)
    if not compare or len(compare.off) > (2 if setting.way.has_prior else 1):
        return
    factors: dict[int, Fraction] = {}
    for part in _parts(site.node, setting):
        own = _weights(part, setting) or {}
        ratios = {_ratio(compare, term) for term, weight in own.items() if weight}
        if len(ratios) > 1 or None in ratios:
            return
        factors[id(part)] = next(iter(ratios), None) or Fraction(1)
    yield everywhere(
        site.node,
        lambda node: _reweighed(factors[id(node)], node) if factors.get(id(node), 1) != 1 else None,
    )


def _weights(tree: Tree, setting: Setting) -> dict[MatrixTerm, FoundNumber] | None:
    """The weights of the terms in a part of a formula; None for what has others or is no number."""
    try:
        return coefficients(Subject(tree, setting.manner, setting.others), setting.way)
    except (ShapeError, KeyError):
        return None


def _ratio(compare: TermWeights, term: MatrixTerm) -> Fraction | None:
    """What a term has to be multiplied by; None for what no positive number mends."""
    found, due = compare.found[term], compare.due[term]
    if not (isinstance(found, Fraction) and isinstance(due, Fraction)) or found * due <= 0:
        return None
    return due / found


def _reweighed(factor: Fraction, tree: Tree) -> Tree:
    """A number times a product, joined with the number that the product begins with."""
    if _begins_with_number(tree) and not factored(tree):
        first, rest = children(tree)
        return rebuilt(tree, (_reweighed(factor, first), rest))
    return times(factor, tree)


def _begins_with_number(tree: Tree) -> bool:
    match tree:
        case MatrixProduct(left, _) | Operation("*", left, _):
            return factored(tree) is not None or _begins_with_number(left)
    return False


def _parts(tree: Tree, setting: Setting) -> Iterator[Tree]:
    """The terms of a formula with the numbers in front of them, without weights that stand before a sum."""
    bare = _bare(tree, setting)
    if isinstance(bare, Operation) and bare.operator in "+-":
        yield from _parts(bare.left, setting)
        yield from _parts(bare.right, setting)
    else:
        yield tree


def _bare(tree: Tree, setting: Setting) -> Tree:
    """A part without the numbers and weights that multiply or divide it."""
    if found := factored(tree):
        return _bare(found[1], setting)
    known = setting.others.keys()
    match tree:
        case Operation("*", weight, rest) if {*free_symbols(weight)} <= known:
            return _bare(rest, setting)
        case Operation("*" | "/", rest, weight) if {*free_symbols(weight)} <= known:
            return _bare(rest, setting)
    return tree
