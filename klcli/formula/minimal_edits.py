"""Changes the text of a formula as little as possible, so that it says another one.

Two trees are walked side by side. Where they differ, the text of the first is replaced by that of the second,
in which every part that was in the text before keeps its spelling, in the language and with the habits of
the rest: ``torch.exp(...)``, ``x.exp()``, ``exp(...)`` or ``e^...``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from klcli.errors import KlcliError
from klcli.formula.program_reader import Program, ProgramSource, read_again
from klcli.formula.read.math_source import PlainText, TextEdit
from klcli.formula.traversal import children
from klcli.formula.tree import (
    Call,
    MatrixCall,
    MatrixProduct,
    Negative,
    Number,
    Operation,
    Span,
    Symbol,
    Tree,
)
from klcli.formula.write.ascii import AsciiPrinter, Level
from klcli.formula.write.latex import LatexPrinter
from klcli.formula.write.python import PythonPrinter
from klcli.formula.write.unicode import UnicodePrinter
from klcli.lazy_regex import regex


def edited(program: Program, before: Tree, after: Tree) -> ProgramSource | None:
    """The source of a program with the changes that make a part `before` of its tree `after`.

    None if there is no way to write them into it; then write `after` anew.

    Args:
        program: with its source.
        before: a part of its tree, with its place.
        after: what it is to become.
    """
    writer = _habit(program)
    edits = _edits(writer, before, after, Level.SUM)
    if edits is None or not edits:
        return None
    source = program.source.edited(edits)
    try:
        return source if source and read_again(program, source) else None
    except KlcliError:
        return None


def in_habit(program: Program, tree: Tree) -> str:
    """A tree in the language and with the habits of a program."""
    return _habit(program, embed=False).show(tree)


def written_anew(program: Program, tree: Tree) -> PlainText:
    """A source that is nothing but a tree, in the language and with the habits of a program."""
    return PlainText(in_habit(program, tree))


def _edits(writer: _Embedding, before: Tree, after: Tree, level: Level) -> list[TextEdit] | None:
    """The replacements in the text; None where a place is not known."""
    if before == after:
        return []
    if _same_kind(before, after):
        levels = _levels(before)
        found: list[TextEdit] = []
        for old, new, below in zip(children(before), children(after), levels, strict=True):
            edits = _edits(writer, old, new, below)
            if edits is None:
                break
            found += edits
        else:
            return found
    if before.span is None:
        return None
    return [(before.span, writer.replacement(before.span, after, level))]


def _same_kind(before: Tree, after: Tree) -> bool:
    if type(before) is not type(after) or isinstance(before, Number | Symbol):
        return False
    match before, after:
        case Operation(one), Operation(two):
            return one == two
        case (Call(one), Call(two)) | (MatrixCall(one), MatrixCall(two)):
            return one == two
    return True


def _levels(tree: Tree) -> tuple[Level, ...]:
    """How tightly the text of each child must hold together."""
    match tree:
        case Operation("+" | "-"):
            return Level.SUM, Level.PRODUCT
        case Operation("*" | "/") | MatrixProduct():
            return Level.PRODUCT, Level.POWER
        case Operation("^"):
            return Level.ATOM, Level.ATOM
        case Negative():
            return (Level.SIGNED,)
    return (Level.ATOM,) * len(children(tree))


def _habit(program: Program, *, embed: bool = True) -> _Embedding:
    if program.language == "python":
        return _PythonHabit(program.source, embed, program.spellings, of_matrices=program.of_matrices)
    if "\\" in program.text:
        return _LatexHabit(program.source, embed)
    return (_AsciiHabit if program.text.isascii() else _UnicodeHabit)(program.source, embed)


class _Embedding(AsciiPrinter):
    """Spells parts of a text as they stand in it."""

    def __init__(self, source: ProgramSource, embed: bool) -> None:
        self.source = source
        self.text = text = source.text
        self.embed = embed
        # ``exp(x)`` as of Python, or a power of Python.
        self.exp_is_called = re.search(r"\bexp\s*\(|\*\*", text) is not None

    def show(self, tree: Tree, level: Level = Level.SUM, tail: bool = False) -> str:
        if not self.embed or tree.span is None:
            return super().show(tree, level, tail)
        written = self.source.written(tree.span)
        bare_call = isinstance(tree, Call) and not written.rstrip().endswith((")", "}"))
        loose = Level.SIGNED if bare_call else self.level(tree)
        return self.brackets(written) if loose < level else written

    def replacement(self, span: Span, tree: Tree, level: Level) -> str:
        """The text of a tree in the place of another, in brackets where it needs them."""
        before, after = self.source.around(span)
        method = after[:1] == "."
        enclosed = before.rstrip()[-1:] in ("", *"([{,=;") and after.lstrip()[:1] in ("", *")]},;")
        return self.show(tree, Level.SUM if enclosed else Level.ATOM if method else level)


_SUPERSCRIPT = regex(r"\A[^()\[\]{}]*(?:\{[^{}]*\}[^()\[\]{}]*)*[\^']")
"""A superscript that no bracket and no brace encloses."""


class _AsciiHabit(_Embedding):
    def transpose(self, base: str) -> str:
        return f"{base}'" if "'" in self.text else super().transpose(base)

    def matrix_call(self, function: str, argument: Tree) -> str:
        if function == "trace" and "trace" in self.text:
            return f"trace({self.show(argument)})"
        return super().matrix_call(function, argument)

    def call(self, function: str, argument: Tree, tail: bool) -> str:
        if self.exp_is_called:
            return f"{function}({self.show(argument)})"
        return super().call(function, argument, tail)

    def level(self, tree: Tree) -> Level:
        return Level.ATOM if self.exp_is_called and isinstance(tree, Call) else super().level(tree)

    def product(self, left: Tree, right: Tree, tail: bool) -> str:
        if "*" not in self.text:
            return super().product(left, right, tail)
        return f"{self.show(left, Level.PRODUCT, True)} * {self.show(right, Level.SIGNED, tail)}"

    def power(self, base: str, exponent: Tree, tail: bool) -> str:
        sign = "**" if "**" in self.text else "^"
        return super().power(base, exponent, tail).replace("^", sign, 1)


class _UnicodeHabit(_Embedding, UnicodePrinter):
    pass


class _LatexHabit(_Embedding, LatexPrinter):
    def power(self, base: str, exponent: Tree, tail: bool) -> str:
        # LaTeX has no double superscripts: \sigma^{(i)} is squared in braces.
        return super().power(f"{{{base}}}" if _SUPERSCRIPT.search(base) else base, exponent, tail)


_LIBRARY = regex(r"\b(torch|np|numpy|jnp|tf)\.")
"""The module whose functions of matrices a text uses."""
_IN_LIBRARY: Mapping[str, Mapping[str, str]] = {
    "torch": {"trace": "trace", "diagonal": "diag", "logdet": "logdet"},
    "tf": {"diagonal": "linalg.diag_part"},
    "np": {"trace": "trace", "diagonal": "diag"},
}
"""Where the functions of matrices are in a library, if not in its ``linalg`` under their own names."""
_METHOD = regex(r"[\w\])]\.(?:exp|log|pow|sqrt|square|mul|add)_?\(")
"""Functions that are written as methods: ``x.exp()``."""
_FUNCTIONS = "exp|log|sum|square|reduce_sum|pow|mean|sqrt|softplus|log2|log10|log1p|expm1"
_PREFIX = regex(rf"\b((?:torch|tf|tf\.math|np|numpy|jnp|K|keras\.ops|ops|math|F)\.)(?:{_FUNCTIONS})\(")
"""The module in front of a function, which a correction writes, too."""


class _PythonHabit(_Embedding, PythonPrinter):
    def __init__(
        self, source: ProgramSource, embed: bool, spellings: Mapping[str, str], *, of_matrices: bool
    ) -> None:
        super().__init__(source, embed)
        self.spellings = spellings
        text = self.text
        found = _PREFIX.findall(text)
        is_method = _METHOD.search(text.replace("math.", "")) is not None
        of_arrays = [one for one in found if one != "math."]
        if of_arrays or is_method:
            found = of_arrays  # math.log(2) is one of numbers
        prefixes = Counter(found).most_common(1)
        self.prefix = prefixes[0][0] if prefixes else ""
        library = _LIBRARY.search(text)
        self.library = library[1] if library else ""
        if of_matrices and library and not prefixes:
            self.prefix = library[0]
        functions = (
            # Functions of the library that are called as such, and not as methods.
            re.search(rf"{re.escape(self.prefix)}(?:exp|log|square|sqrt)\(", text) if prefixes else None
        )
        self.methods = is_method and not functions

    def matrix_call(self, function: str, argument: Tree) -> str:
        if not self.library:
            return super().matrix_call(function, argument)
        shown = self.show(argument)
        if function == "logdet" and self.library in ("np", "numpy", "jnp"):
            return f"{self.library}.linalg.slogdet({shown})[1]"
        names = _IN_LIBRARY.get("np" if self.library in ("numpy", "jnp") else self.library, {})
        own = names.get(function, f"linalg.{'inv' if function == 'inverse' else function}")
        return f"{self.library}.{own}({shown})"

    def symbol(self, name: str) -> str:
        return self.spellings.get(name) or super().symbol(name)

    def call(self, function: str, argument: Tree, tail: bool) -> str:
        if self.methods and function != "softplus":
            return f"{self.show(argument, Level.ATOM)}.{function}()"
        prefix = self.prefix
        if function == "softplus":
            if prefix in ("np.", "numpy.", "math."):  # which have none
                return f"{prefix}log1p({prefix}exp({self.show(argument)}))"
            own = {"torch.": "F.", "tf.": "tf.nn.", "tf.math.": "tf.nn.", "jnp.": "jax.nn."}
            prefix = own.get(prefix, prefix)
        elif (prefix == "tf." and function in ("log", "log1p", "expm1")) or (
            prefix == "K." and function in ("log1p", "expm1")
        ):
            prefix = "tf.math."
        return f"{prefix}{function}({self.show(argument)})"
