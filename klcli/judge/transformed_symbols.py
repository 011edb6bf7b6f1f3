"""Means and heads that stand in a formula only inside of one function: ``exp(log_mean)``, ``tanh(m)``.

What they mean is then the value of the function. In a symbol for that a formula can be the KL that it is
not in the bare symbol.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import partial

from klcli.errors import KlcliError
from klcli.formula.minimal_edits import in_habit
from klcli.formula.program_reader import Program, rewritten
from klcli.formula.symbol_names import STEPS
from klcli.formula.traversal import free_symbols, replaced, substitute, walk
from klcli.formula.tree import Call, MatrixCall, Number, Operation, Span, Stop, Symbol, Tree, operation
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.condition_kinds import Condition
from klcli.judge.mislabeled_variables import have_same_values
from klcli.lazy_regex import regex
from klcli.names.means_and_spreads import is_mean
from klcli.values import dataclass

_MOST = 3
"""Functions that are tried for a symbol, the largest first: the square of a mean, the mean with a factor."""
_LEAST = Fraction(1, 100)
"""What is less is a small number that keeps a logarithm finite."""
_CALL = regex(r"[\\\w.]*\([^()]*\)|[\w.]+\.\w+\(\)")
"""A function of what has no parentheses itself, or a method: ``torch.tanh(5 * a)``, ``m.exp()``."""
_NOTHING, _ONE, _TWO = map(Number, map(Fraction, range(3)))


@dataclass(frozen=True, slots=True)
class Transformed:
    """A formula in which symbols stand for functions of them.

    Attributes:
        program: with the symbols in the places of the functions.
        functions: what they stand for, by their names.
    """

    program: Program
    functions: Mapping[str, Tree]

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What the formula needs then."""
        means = (f"{self.program.spellings[name]} stands wherever {name} does" for name in self.functions)
        needed = "and is what it means: the sampler has to use it, too"
        return tuple(Condition("definition", f"{text}, {needed}", True) for text in means)

    def put_in(self, tree: Tree) -> Tree:
        """Another tree, of a sampling line, with the symbols in the places of the functions.

        Raises:
            KlcliError: it has such a symbol elsewhere, too.
        """
        for name, function in self.functions.items():
            for part, value in _parts(function, Symbol(name)):
                if name not in free_symbols(replaced(tree, part, _NOTHING)):
                    tree = replaced(tree, part, value)
                    break
            else:
                shown = self.program.spellings[name]
                raise KlcliError(
                    f"the sampling line uses {name} by itself, the formula {shown} alone",
                    f"write {shown} in the sampling line, too",
                )
        return tree


def _parts(function: Tree, symbol: Symbol) -> Iterator[tuple[Tree, Tree]]:
    """A function as the symbol, and without its factor: ``tanh(a)`` is s/5 where 5 tanh(a) is s."""
    yield function, symbol
    match function:
        case Operation("*", Number() as factor, part) | Operation("*", part, Number() as factor):
            yield part, operation("/", symbol, factor)


def transformed(program: Program) -> Iterator[Transformed]:
    """The formula with symbols for the functions that are all in which these symbols stand.

    Of one symbol the largest function comes first, then two symbols at once.
    """
    alone = {name: _functions(program, name) for name in free_symbols(program.tree)}
    ways = [{name: function} for name, found in alone.items() for function in found]
    ways += [one | two for one in ways for two in ways if [*one] < [*two]]
    for functions in ways:
        other = program
        for name, function in functions.items():
            put_in = partial(replaced, node=function, other=Symbol(name))
            other = rewritten(other, put_in, {name: _shown(program, function)})
        yield Transformed(other, functions)


def functions_in(program: Program, given: Program) -> set[str]:
    """The symbols of a program of `transformed` that stand for functions in the given one."""
    return {name for name, text in program.spellings.items() if given.spellings.get(name) != text}


def _functions(program: Program, name: str) -> list[Tree]:
    """What a symbol stands in and in nothing else, for one entry and on arrays.

    A call is in each: a product or a power of a symbol is no other mean, but has a weight. The symbol is in
    it once: a sum of its terms is a part of the KL. None is a power, nor the distance of a mean to a number:
    in (tanh(a) - 1)^2 that is the mean of the prior. Of a head none is another reading of it. Each was
    written, in a program that is a text: what a call is made of is none.
    """
    nodes = list(walk(program.tree))
    nodes = [node for node in nodes if node.span] or nodes
    nodes += [node.left for node in nodes if isinstance(node, Operation) and node.operator == "^"]  # tanh²(a)
    own = [node for node in nodes if free_symbols(node) == (name,)]
    called = [node for node in own if _has_call(node) and _once(node)]
    trees = (program.tree, program.arrays)
    every = [
        node
        for node in dict.fromkeys(called)
        if all(name not in free_symbols(replaced(tree, node, _NOTHING)) for tree in trees)
    ]
    if not is_mean(name) and any(_changes_reading(node, name) for node in every):
        every = [node for node in every if _is_raised(node)]
    found = [
        node
        for node in every
        if not isinstance(node, Operation) or not (node.operator == "^" or _is_distance(program, node))
    ]
    return [node for node in found if is_mean(name) or not _is_inverse_deviation(node, name)][:_MOST]


def _is_inverse_deviation(function: Tree, name: str) -> bool:
    """Whether a function is 1/sigma of a reading, as 1 + exp(-s) is, in which a KL is the reversed one."""
    deviations = (substitute(row.sigma, {"s": Symbol(name)}) for row in PARAMETERIZATIONS.values())
    return any(have_same_values(function, operation("/", _ONE, sigma)) for sigma in deviations)


def _is_raised(function: Tree) -> bool:
    """Whether a function has a least value, as 0.1 + softplus(s) has: it is no other reading of the head."""
    match function:
        case Operation("+", Number(value), _) | Operation("+", _, Number(value)):
            return value >= _LEAST
    return False


def _changes_reading(function: Tree, name: str) -> bool:
    """Whether a function makes a head of one reading that of another: ``exp(s / 2)`` of a log-variance.

    A formula that is right only where a deviation is a variance is right by chance, and wrong.
    """
    shapes = (
        substitute(to.head, {"sigma": substitute(of.sigma, {"s": Symbol(name)})})
        for of in PARAMETERIZATIONS.values()
        for to in PARAMETERIZATIONS.values()
    )
    return any(have_same_values(function, shape) for shape in shapes)


def _is_distance(program: Program, function: Operation) -> bool:
    """Whether a function is a mean minus a number, in the place where that is squared.

    What a helper variable is given is a mean by that, and one call is one however it is computed. Of a
    program that is no text nobody knows, and the distance is likelier.
    """
    if function.operator not in ("+", "-") or _CALL.fullmatch(_written(program, function)):
        return False
    squares = (operation("^", function, _TWO), operation("*", function, function))
    rest = program.tree
    for square in squares:
        rest = replaced(rest, square, _NOTHING)
    if free_symbols(function)[0] in free_symbols(rest):
        return False
    return not any(node.span for node in walk(program.tree)) or any(
        _is_within(left.span, node.span)
        for node in walk(program.tree)
        if isinstance(node, Operation) and node in squares and (left := node.left)
    )


def _is_within(part: Span | None, whole: Span | None) -> bool:
    return part is not None and whole is not None and whole[0] <= part[0] and part[1] <= whole[1]


def _has_call(tree: Tree) -> bool:
    """Whether a function of numbers is called, with a gradient; of matrices the value is no mean or head."""
    nodes = list(walk(tree))
    calls = [node for node in nodes if isinstance(node, Call)]
    is_other = any(isinstance(node, MatrixCall | Stop) for node in nodes)
    return bool(calls) and not is_other and not any(node.function in STEPS for node in calls)


def _once(tree: Tree) -> bool:
    return sum(isinstance(node, Symbol) for node in walk(tree)) == 1


def _shown(program: Program, function: Tree) -> str:
    """A function as it was written, where that is known; in parentheses if it is not one call."""
    text = _written(program, function)
    return text if _CALL.fullmatch(text) else f"({text})"


def _written(program: Program, function: Tree) -> str:
    return program.source.written(function.span) if function.span else in_habit(program, function)
