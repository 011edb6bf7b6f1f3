"""Values under names of their own."""

from __future__ import annotations

import ast

from klcli.lint.flow.assignments import assign, kept, record
from klcli.lint.flow.frames import Frame
from klcli.lint.flow.state import State
from klcli.lint.project.scoping import Scope
from tests.lint.sources import expression, function, module, project, statement, written

FILES = project(module("def f(x):\n    return x\n"))
ROOT = function(FILES, "f")


def begun() -> tuple[State, Frame]:
    state = State(ROOT, FILES, None, lambda *_: None)
    return state, Frame(Scope(ROOT, FILES, "", frozenset(), {}), {}, None, 0, [])


def test_numbers_and_names_need_no_other_name() -> None:
    state, frame = begun()
    for text in ("x", "1.5", "(a, b)"):
        assert ast.unparse(kept(state, expression(text), "v", frame)) == text
    assert frame.steps == []
    assert ast.unparse(kept(state, expression("a + b"), "v", frame)) == "v"
    assert written(*frame.steps) == ["v = a + b"]


def test_the_parts_of_a_distribution_keep_what_they_are() -> None:
    state, frame = begun()
    assign(
        state, statement("q = Normal(m, s.exp())"), expression("q"), expression("Normal(m, s.exp())"), frame
    )
    assert ast.unparse(state.known.structures["q"].parts[".scale"]) == "scale"
    assert written(frame.steps[-1]) == ["scale = s.exp()"]
    assign(state, statement("q = x"), expression("q"), expression("x"), frame)
    assert "q" not in state.known.structures


def test_what_may_be_a_term_is_offered() -> None:
    state, frame = begun()
    record(state, statement("kl = 0.5 * (m ** 2 + s.exp() - 1 - s)"), frame)
    record(state, statement("y = m + 1"), frame)
    assert [one.source.text for one in state.excerpts] == ["kl = 0.5 * (m ** 2 + s.exp() - 1 - s)"]
