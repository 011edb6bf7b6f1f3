"""Source with errors: what of it can be read, statement by statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from klcli.lazy_regex import regex
from klcli.lint.source.lexing import LogicalLine, logical_lines
from klcli.lint.source.python2 import as_python_3, is_python_2
from klcli.lint.source.splicing import Splice, spliced
from klcli.lint.source.syntax import FAILURES, syntax
from klcli.values import dataclass, field

_DEEPEST = 50
"""Blocks inside of blocks that are told apart; Python has a limit of a hundred."""
_CLAUSES = frozenset(("elif", "else", "except", "finally", "case"))
_INCOMPLETE = frozenset((*_CLAUSES - {"case"}, "try", "@"))
_AROUND = {
    "elif": ("if 1: pass\n", ""),
    "else": ("if 1: pass\n", ""),
    "except": ("try: pass\n", ""),
    "finally": ("try: pass\n", ""),
    "try": ("", "\nfinally: pass"),
    "@": ("", "\ndef f(): pass"),
    "case": ("match 1:\n ", ""),
}
"""What makes a whole of the line that a word begins: before it, and after it."""
_STUBS = {
    "elif": "elif 1:",
    "else": "else:",
    "except": "except Exception:",
    "finally": "finally:",
    "try": "try:",
    "case": "case _:",
}
_NAMED = regex(r"(?:async\s+)?(def|class)\s+([^\W\d]\w*)")
"""What a header defines, and its name, which may be in any alphabet."""


@dataclass(slots=True)
class SourceRepair:
    """What was changed so that the rest can be parsed.

    Attributes:
        changes: in order, of the source.
        left_out: the first and the last lines of the statements that were not read.
        lines: how many logical lines there are.
        is_python_2: whether a statement was read as one of Python 2.
    """

    changes: list[Splice] = field(default_factory=list)
    left_out: list[tuple[int, int]] = field(default_factory=list)
    lines: int = 0
    is_python_2: bool = False


def repaired(text: str) -> SourceRepair:
    """What has to be changed in a source with errors: every statement is tried by itself.

    The time is proportional to the length of the source, and to how deep its blocks are nested.
    """
    return _Mender(text).repair()


@dataclass(slots=True)
class _Node:
    """A logical line, the lines that are indented below it, and its new indentation."""

    line: LogicalLine
    below: list[_Node] = field(default_factory=list)
    width: int = 0
    changes: list[Splice] = field(default_factory=list)

    @property
    def last(self) -> _Node:
        """The last line below it."""
        return self.below[-1].last if self.below else self


class _Mender:
    def __init__(self, text: str) -> None:
        self._text = text
        self._nodes = [_Node(line) for line in logical_lines(text)]
        self._number = {id(node): number for number, node in enumerate(self._nodes)}
        self._left_out: set[tuple[int, int]] = set()
        self._repair = SourceRepair(lines=len(self._nodes))

    def repair(self) -> SourceRepair:
        """The changes of all lines."""
        block = _flat(_nested(self._nodes), 0)
        for node in self._nodes:
            begin, end = node.line.start, node.line.tokens[0].start
            if self._text[begin:end] != " " * node.width and "\n" not in self._text[begin:end]:
                node.changes.append(Splice(begin, end, " " * node.width))
        self._mend_block(block)
        self._repair.changes = [change for node in self._nodes for change in node.changes]
        self._repair.left_out = sorted(self._left_out)
        return self._repair

    def _mend_block(self, block: Sequence[_Node]) -> None:
        for group in _groups(block):
            if len(group) == 1 and _is_simple(group[0]):
                self._mend_line(group[0])
                continue
            if self._parses(group):
                continue
            for node in group:
                self._mend_line(node)
                self._mend_block(node.below)
            if not self._parses(group):
                for node in group:
                    if node.line.first in _INCOMPLETE:
                        self._leave_out(node, "if 1:" if node.below else "pass")

    def _parses(self, group: Sequence[_Node]) -> bool:
        """Whether some statements of a block are valid with all below them."""
        begin, last = group[0].line.start, group[-1].last
        inside = self._nodes[self._number[id(group[0])] : self._number[id(last)] + 1]
        end = max(last.line.end, last.changes[-1].end if last.changes else 0)
        changes = [
            Splice(change.start - begin, change.end - begin, change.text)
            for node in inside
            for change in node.changes
        ]
        piece = spliced(self._text[begin:end], changes)
        return _is_valid(f"if 1:\n{piece}" if group[0].width else piece)

    def _mend_line(self, node: _Node) -> None:
        line = node.line
        if line.is_header and not node.below:
            node.changes.append(Splice(line.end, line.end, " pass"))
        if self._is_whole(line, []):
            return
        if line.is_magic:
            node.changes.append(self._replaced(line, "pass"))
            return
        changes = as_python_3(line)
        if changes and self._is_whole(line, changes):
            node.changes = sorted([*node.changes, *changes], key=lambda one: (one.start, one.end))
            self._repair.is_python_2 |= is_python_2(line)
            return
        self._leave_out(node, _stub(line, has_block=bool(node.below)))

    def _is_whole(self, line: LogicalLine, changes: Sequence[Splice]) -> bool:
        """Whether a logical line by itself is valid where such lines stand."""
        start = line.tokens[0].start
        moved = [Splice(one.start - start, one.end - start, one.text) for one in changes]
        body = spliced(self._text[start : line.end], moved)
        if line.is_header:
            body += "\n case _: pass" if line.first == "match" else " pass"
        before, after = _AROUND.get(line.first, ("", ""))
        return _is_valid(f"{before}{body}{after}")

    def _replaced(self, line: LogicalLine, new: str) -> Splice:
        start = line.tokens[0].start
        return Splice(start, line.end, new + "\n" * self._text.count("\n", start, line.end))

    def _leave_out(self, node: _Node, new: str) -> None:
        line = node.line
        indentation = [change for change in node.changes if change.end <= line.tokens[0].start]
        node.changes = [*indentation, self._replaced(line, new)]
        last = line.number + self._text.count("\n", line.tokens[0].start, line.end)
        self._left_out.add((line.number, last))


def _nested(nodes: Sequence[_Node]) -> list[_Node]:
    """The lines at the left; the others are put below the ones that they are indented from."""
    top: list[_Node] = []
    above: list[_Node] = []
    for node in nodes:
        while above and above[-1].line.width >= node.line.width:
            above.pop()
        (above[-1].below if above else top).append(node)
        if len(above) < _DEEPEST:
            above.append(node)
    return top


def _flat(block: Sequence[_Node], width: int) -> list[_Node]:
    """A block of one indentation: what is indented without a reason stands beside its line."""
    found = []
    for node in block:
        node.width = width
        found.append(node)
        if node.line.is_header:
            inner = node.below[0].line.width if node.below else 0
            node.below = _flat(node.below, max(inner, width + 1))
        else:
            found += _flat(node.below, width)
            node.below = []
    return found


def _groups(block: Sequence[_Node]) -> Iterator[list[_Node]]:
    """The statements of a block, each with its clauses and decorators."""
    group: list[_Node] = []
    for node in block:
        if group and node.line.first not in _CLAUSES and group[-1].line.first != "@":
            yield group
            group = []
        group.append(node)
    if group:
        yield group


def _is_simple(node: _Node) -> bool:
    """Whether a line is a statement by itself."""
    return not node.below and not node.line.is_header and node.line.first not in _AROUND


def _is_valid(text: str) -> bool:
    try:
        syntax(text)
    except FAILURES:
        return False
    return True


def _stub(line: LogicalLine, *, has_block: bool) -> str:
    """What takes the place of a line that cannot be read, so that its block can be."""
    # ``async def name`` are three.
    words = " ".join(token.text for token in line.tokens[:3])
    stub = _STUBS.get(line.first, "if 1:" if line.is_header else "")
    if line.is_header and (named := _NAMED.match(words)):
        stub = f"def {named[2]}(*_):" if named[1] == "def" else f"class {named[2]}:"
    if not stub:
        return "pass"
    return stub if has_block else f"{stub} pass"
