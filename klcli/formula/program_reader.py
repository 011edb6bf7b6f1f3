"""Reads a text of one or several statements, in mathematics or Python, into the one tree that it computes.

``var = exp(logvar); -1/2 (1 + logvar - mu^2 - var)`` is read as people write such lines: names stand for
what was assigned to them, in the order of the statements; methods that work in place change their object; an
assignment or a ``return`` may stand in front of the result, which is the last statement.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeAlias

from klcli.formula.entrywise_form import entry
from klcli.formula.read.math_source import PlainText
from klcli.formula.read.matrix_detection import BAR, has_matrices, matrix_word
from klcli.formula.read.pasted_text import cleaned
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.symbol_names import is_symbol
from klcli.formula.traversal import free_symbols, renamed
from klcli.formula.tree import Tree
from klcli.lazy_regex import regex
from klcli.values import dataclass, field, replace

if TYPE_CHECKING:
    from klcli.formula.read.parsed_statements import SourceNodes
    from klcli.formula.read.python_source import SourceText

Language: TypeAlias = Literal["math", "python"]
ProgramSource: TypeAlias = "PlainText | SourceNodes"
"""What a program was read from."""
LANGUAGES: tuple[Language, ...] = ("math", "python")

_IMPORT = regex(r"^[ \t]*(from[ \t]+[\w.]+[ \t]+)?import[ \t]+\w", re.MULTILINE)
"""A statement of Python that may give the names of functions another meaning."""
_PYTHON = regex(r"\*\*|[A-Za-z_)\]]\s*\.\s*[A-Za-z_]|\breturn\b|\bdef\b|\b(axis|dim)\s*=|[-+*/]=")
"""What only Python writes."""


@dataclass(frozen=True, slots=True)
class Program:
    """A text, or statements of Python, and what they compute.

    Attributes:
        source: as it was read; the places of the nodes of the tree are places in it.
        language: mathematics or Python.
        arrays: its result on arrays, with the helper variables put in.
        tree: the formula of one entry of it, see `klcli.formula.entrywise_form`.
        left: what stands before the last equals sign, as it is written; empty if nothing does.
        spellings: how symbols are written that stand for attributes, subscripts and private names.
        helpers: the formulas that names were given which are not just another name, in their order.
        of_matrices: whether it was read as a formula of matrices.
        losses: what symbols compute that stand for calls of other losses, where it is known.
        unread: why symbols are not what was assigned to them, as `Statements.unread` has it.
        defaults: the numbers that symbols are unless they are given, as parameters of a function.
        apart: the KL behind which statements are left out, as `SourceText.apart` has it.
    """

    source: ProgramSource
    language: Language
    tree: Tree
    arrays: Tree
    left: str = ""
    spellings: Mapping[str, str] = field(default_factory=dict, hash=False)
    helpers: Mapping[str, Tree] = field(default_factory=dict, hash=False)
    of_matrices: bool = False
    losses: Mapping[str, Tree] = field(default_factory=dict, hash=False)
    unread: Mapping[str, FormulaError] = field(default_factory=dict, hash=False, compare=False)
    defaults: Mapping[str, Fraction] = field(default_factory=dict, hash=False)
    apart: str = ""

    @property
    def text(self) -> str:
        """What was read, as it is written."""
        return self.source.text


def rewritten(
    program: Program, change: Callable[[Tree], Tree], spellings: Mapping[str, str] | None = None
) -> Program:
    """A program in which something is put in the place of something else, on arrays and for one entry.

    Args:
        program: the program.
        change: of a tree.
        spellings: how new symbols are written.
    """
    own = {**program.spellings, **(spellings or {})}
    return replace(program, tree=change(program.tree), arrays=change(program.arrays), spellings=own)


def read_program(
    text: str, language: Language | None = None, opaque: frozenset[str] = frozenset()
) -> Program:
    """The program in the language that is given, or in that of the two which it is.

    A text that is valid in both means the same in both.

    Args:
        text: the formula or the statements.
        language: None to find out.
        opaque: helper variables that are symbols, whatever is assigned to them.

    Raises:
        KlcliError: empty or too long.
        FormulaError: it is neither; the message is that of the language which the text looks like.
    """
    text = cleaned(text)
    if language:
        return _READERS[language](text, opaque)
    if _IMPORT.search(text):  # words that are a product in mathematics
        return _python(text, opaque)
    try:
        return _mathematics(text, opaque)
    except FormulaError as as_mathematics:
        try:
            return _python(text, opaque)
        except FormulaError as as_python:
            raise (as_python if _PYTHON.search(text) else as_mathematics) from None


def read_statements(
    source: SourceNodes, opaque: frozenset[str] = frozenset(), *, matrices: bool = False
) -> Program:
    """The program of statements of Python that were parsed before, which stay what they are.

    Args:
        source: the statements.
        opaque: helper variables that are symbols, whatever is assigned to them.
        matrices: whether products and transposes are those of matrices.

    Raises:
        FormulaError: they are no formula.
    """
    return _followed(source, opaque, matrices=matrices)


def read_matrices(text: str, language: Language | None = None) -> Program | None:
    """The program of a text that has functions of matrices in it; None for any other.

    Raises:
        KlcliError: empty or too long.
        FormulaError: it has such functions and cannot be read.
    """
    text = cleaned(text)
    if not matrix_word().search(text) and not BAR.search(text):
        return None
    try:
        program = read_as_matrices(text, language)
    except FormulaError as error:
        if _is_read(text, language) or not matrix_word().search(text):
            return None
        raise error from None
    return program if has_matrices(program.tree) else None


def read_as_matrices(text: str, language: Language | None = None) -> Program:
    """The program of a text in which products and transposes are those of matrices.

    Raises:
        KlcliError: empty or too long.
        FormulaError: it cannot be read.
    """
    text = cleaned(text)
    of_python = "@" in text or _PYTHON.search(text)
    likely, other = LANGUAGES[::-1] if of_python else LANGUAGES
    try:
        return _MATRIX_READERS[language or likely](text)
    except FormulaError as error:
        if language:
            raise
        try:
            return _MATRIX_READERS[other](text)
        except FormulaError:
            raise error from None


def read_otherwise(program: Program) -> Program | None:
    """The text of a formula of matrices in the other language; None if it cannot be read in that."""
    language: Language = "python" if program.language == "math" else "math"
    try:
        return _MATRIX_READERS[language](program.text)
    except FormulaError:
        return None


def _is_read(text: str, language: Language | None) -> bool:
    """Whether a text is a formula of numbers."""
    try:
        return bool(read_program(text, language))
    except FormulaError:
        return False


def read_again(program: Program, source: ProgramSource, opaque: frozenset[str] = frozenset()) -> Program:
    """Another source in the language of a program.

    Args:
        program: the program.
        source: its own source, or what shall come to stand there.
        opaque: helper variables that are symbols, whatever is assigned to them.

    Raises:
        KlcliError: it cannot be read.
    """
    if not isinstance(source, PlainText):
        return read_statements(source, opaque)
    found = read_matrices(source.text, program.language) if program.of_matrices else None
    return found or read_program(source.text, program.language, opaque)


def read(text: str) -> Tree:
    """The tree of a text in either language; see `read_program`.

    Raises:
        KlcliError: it is no formula.
    """
    return read_program(text).tree


def _mathematics(text: str, opaque: frozenset[str] = frozenset(), *, matrices: bool = False) -> Program:
    from klcli.formula.read.equation_systems import read_equations

    found = read_equations(text, opaque, matrices=matrices)
    return Program(
        PlainText(text),
        "math",
        found.tree,
        found.tree,
        found.left,
        helpers=found.helpers,
        of_matrices=matrices,
    )


def _python(text: str, opaque: frozenset[str] = frozenset(), *, matrices: bool = False) -> Program:
    from klcli.formula.read.python_source import SourceText  # a text has one language

    source = SourceText(textwrap.dedent(text.replace("\r\n", "\n").expandtabs()))
    found = _followed(source, opaque, matrices=matrices)
    return replace(found, apart=source.apart)


def _followed(
    source: SourceText | SourceNodes, opaque: frozenset[str] = frozenset(), *, matrices: bool = False
) -> Program:
    """The program of statements of Python."""
    from klcli.formula.read.python import PythonReader
    from klcli.formula.read.statements import Statements

    reader = PythonReader(source, matrices=matrices)
    statements = Statements(reader, opaque)
    tree = reader.checked(lambda: statements.result(reader.statements()))
    own = _own_names(tree, reader.spellings)
    tree = renamed(tree, own) if own else tree
    return Program(
        source.kept,
        "python",
        entry(tree, of_matrices=matrices),
        tree,
        statements.left,
        {name: written for name, written in reader.spellings.items() if name not in own},
        statements.helpers,
        matrices,
        reader.losses,
        {own.get(name, name): error for name, error in statements.unread.items()},
        statements.defaults,
    )


def _own_names(tree: Tree, spellings: Mapping[str, str]) -> dict[str, str]:
    """The names of symbols that have other ones only because a text uses these twice: ``x_2`` for a later x.

    The value before is not in the tree: in ``s = s.clamp(low); log(s)`` there is one s.
    """
    names = free_symbols(tree)
    later: dict[str, list[str]] = {}
    for name, written in spellings.items():
        counted = name.removeprefix(f"{written}_").isdigit()
        if counted and name in names and written not in names and is_symbol(written):
            later.setdefault(written, []).append(name)
    return {only: written for written, (only, *others) in later.items() if not others}


_READERS: Mapping[Language, Callable[[str, frozenset[str]], Program]] = {
    "math": _mathematics,
    "python": _python,
}
_MATRIX_READERS: Mapping[Language, Callable[[str], Program]] = {
    "math": partial(_mathematics, matrices=True),
    "python": partial(_python, matrices=True),
}
