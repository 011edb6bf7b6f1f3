"""Statements of a flow, read as one formula."""

from __future__ import annotations

import ast

from klcli.formula.read.parsed_statements import SourceNodes
from klcli.formula.write.printing import to_text
from klcli.lint.terms.programs import flow_name, program_of, with_symbols


def source(text: str) -> SourceNodes:
    return SourceNodes(ast.parse(text).body)


HALVED = source("var = torch.exp(self.logvar)\n0.5 * (mu ** 2 + var - 1) - 0.5 * torch.log(var)")


def test_programs_and_their_helpers_as_symbols() -> None:
    program = program_of(HALVED)
    assert program is not None
    assert [*program.helpers] == ["var"]
    assert [flow_name(program, name) for name in ("mu", "logvar", None)] == ["mu", "self.logvar", None]
    (other,) = with_symbols(HALVED, program)
    assert to_text(other.tree) == "0.5 (mu^2 + var - 1) - 0.5 log var"


def test_what_cannot_be_read_or_is_too_long_is_none() -> None:
    assert program_of(source("net(x)")) is None
    assert program_of(source("x if y else z")) is None
    assert program_of(source(" + ".join(f"x{n}" for n in range(100)))) is None
