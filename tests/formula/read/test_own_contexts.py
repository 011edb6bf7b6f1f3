"""Contexts and decorators that a text names itself; torch says in which ones there are gradients."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from types import SimpleNamespace

import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.traversal import walk
from klcli.formula.tree import Stop

BLOCK = "    kl = 0.5*(torch.exp(lv) + mu**2 - 1 - lv)\nkl.sum()"


@pytest.mark.parametrize(
    "text",
    [
        *("off = torch.no_grad()\nwith off:", "off = torch.no_grad\nwith off():"),
        *("from torch import no_grad as off\nwith off():", "self.off = torch.no_grad()\nwith self.off:"),
        *("offs = [torch.no_grad()]\nwith offs[0]:", "a, off = 1, torch.no_grad()\nwith off:"),
        *("off: object = torch.no_grad()\nwith off:", "with (off := torch.no_grad()):"),
        *("with torch.no_grad() if flag else nullcontext():", "with torch.set_grad_enabled(mode=False):"),
        *("self.other = self\nself.other.off = torch.no_grad()\nwith self.other.off:", "with nullcontext():"),
        *("with torch.inference_mode(True):", "def off():\n    return torch.no_grad()\nwith off():"),
        *("with torch.inference_mode(False):", "with torch.inference_mode(mode=False):"),
        *("on = nullcontext()\nwith on:", "on = torch.enable_grad\nwith on():"),
        *(
            "with torch.set_grad_enabled(mode=True):",
            "on, other = nullcontext(), torch.no_grad()\nwith other:",
        ),
    ],
)
def test_no_context_hides_that_gradients_are_stopped(text: str) -> None:
    torch = pytest.importorskip("torch")
    values = {name: torch.ones(3, 2, requires_grad=True) for name in ("mu", "lv")}
    known = {"torch": torch, "nullcontext": nullcontext, "self": SimpleNamespace(), "flag": True} | values
    exec(f"{text}\n{BLOCK}", known)
    if known["kl"].requires_grad:
        assert not _stops(f"{text}\n{BLOCK}")
        return
    with suppress(FormulaError):
        assert _stops(f"{text}\n{BLOCK}")


def _stops(text: str) -> bool:
    return any(isinstance(node, Stop) for node in walk(read_program(text, "python").arrays))


@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        ("jit = torch.no_grad()\n@jit", False),
        ("def profile(f):\n    return lambda *given: 2*f(*given)\n@profile", False),
        ("class jit:\n    pass\n@jit", False),
        ("self.jit = lambda f: g\n@self.jit", False),
        ("from torch import no_grad as jit\n@jit()", False),
        ("jit = torch.compile\n@jit", True),
        ("jit = partial(jax.jit, static_argnums=0)\n@jit", True),
        ("from functools import cache as jit\n@jit", True),
        ("@torch.jit.script", True),
    ],
)
def test_decorators_of_a_text_are_not_taken_for_those_of_libraries(text: str, *, is_read: bool) -> None:
    function = f"{text}\ndef loss(mu, lv):\n    return (0.5*(torch.exp(lv) + mu**2 - 1 - lv)).sum()"
    if is_read:
        plain = read_program(function[len(text) + 1 :], "python")
        assert read_program(function, "python").arrays == plain.arrays
        return
    with pytest.raises(FormulaError, match="is not followed"):
        read_program(function, "python")


def test_a_context_that_an_argument_is_by_default() -> None:
    lines = "    with off:\n        kl = 0.5*(torch.exp(lv) + mu**2 - 1 - lv)\n    return kl.sum()"
    with pytest.raises(FormulaError, match="gradients within off"):
        read_program(f"def loss(mu, lv, off=torch.no_grad()):\n{lines}", "python")
    assert read_program(f"def loss(mu, lv, off=nullcontext()):\n{lines}", "python").arrays
