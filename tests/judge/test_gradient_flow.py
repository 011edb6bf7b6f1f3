"""Which gradient of a KL reaches which symbol, held against autograd and central differences."""

from __future__ import annotations

import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.tree import Stop, Symbol, operation
from klcli.judge.answer import verify
from klcli.judge.gradient_flow import GradientFlow, gradient_flow, is_value, trained_instead
from tests.judge.programs.oracle import Symbols, gradient_differs
from tests.judge.test_gradient import PLACINGS

SYMBOLS = Symbols("mu", "lv")


def flow_of(text: str) -> GradientFlow:
    found = verify(read_program(text))
    assert found.best.kind in ("exact", "scaled")
    return gradient_flow(found.prepared, found.best.verdict)


def said(text: str) -> list[tuple[str, bool]]:
    return [
        (one.text, one.passes)
        for one in verify(read_program(text)).conditions
        if one.kind in ("gradient", "no-gradient")
    ]


@pytest.mark.parametrize("text", PLACINGS)
def test_placings(text: str) -> None:
    assert bool(flow_of(text).other) is gradient_differs(text, SYMBOLS)


def test_a_gaussian_without_symbols_is_no_side() -> None:
    one, both = "0.5*(lv.exp() + mu**2 - 1 - lv)", "0.5*(lp - lv + (lv.exp() + (mu - m)**2)/lp.exp() - 1)"
    assert [set(side) for side in flow_of(one).sides] == [{"mu", "lv"}]
    assert [set(side) for side in flow_of(both).sides] == [{"mu", "lv"}, {"m", "lp"}]


def test_names_of_what_is_stopped() -> None:
    assert flow_of("0.5*(lv.exp() + mu.detach()**2 - 1 - lv)").other == ["mu"]
    assert flow_of("0.5*(lv.exp() + mu**2 - 1 - lv.detach())").other == ["lv"]
    text = "0.5*(lv.exp() + mu.detach()**2 - 1 - lv.detach())"
    assert flow_of(text).other == ["mu", "lv"]
    assert "the gradient of mu and lv is not: some of it is stopped; it optimises" in said(text)[0][0]


@pytest.mark.parametrize(
    "text",
    [
        "torch.sum(0.5*(lv.exp() + mu**2 - 1 - lv)).detach()",
        "torch.sum(0.5*(lv.exp() + mu**2 - 1 - lv), dim=1).detach().mean()",
        "kl = 0.5*torch.sum(lv.exp() + mu**2 - 1 - lv)\nkl.detach()",
    ],
)
def test_a_printed_value_has_no_gradient(text: str) -> None:
    found = verify(read_program(text))
    assert [(one.kind, one.passes) for one in found.conditions] == [("no-gradient", False)]
    assert not gradient_differs(text.replace(".detach()", ""), SYMBOLS)
    assert gradient_differs(text, SYMBOLS)
    assert not found.holds(())


KL = "0.5*torch.sum(lv.exp() + mu**2 - 1 - lv)"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (f"with torch.no_grad():\n    kl = {KL}", ["no-gradient"]),
        (f"total = 0\ntotal += ({KL}).item()", ["no-gradient"]),
        (f"with torch.set_grad_enabled(False):\n    kl = {KL}", ["no-gradient"]),
        (f"with torch.set_grad_enabled(True):\n    kl = {KL}", []),
        (f"@torch.no_grad()\ndef kl(mu, lv):\n    return {KL}", ["no-gradient"]),
        (f"@torch.jit.script\ndef kl(mu, lv):\n    return {KL}", []),
        (f"with tf.GradientTape() as tape:\n    kl = {KL}", []),
        (f"total = 0\nwith torch.no_grad():\n    total += {KL}\nrec + total", ["no-gradient"]),
        (f"@torch.no_grad()\ndef f(mu, lv):\n    return {KL}\nrec + f(mu, lv)", ["no-gradient"]),
        (
            "@torch.no_grad\ndef f(x):\n    return x.exp()\n0.5*torch.sum(f(lv) + mu**2 - 1 - lv)",
            ["gradient"],
        ),
        ("def f(x):\n    return x.exp()\n0.5*torch.sum(f(lv) + mu**2 - 1 - lv)", []),
        (f"with torch.no_grad():\n    out = net(mu)\n{KL}", []),
        ("0.5*torch.sum(lv.exp().detach().requires_grad_(False) + mu**2 - 1 - lv)", ["gradient"]),
        (f"rec + ({KL}).detach()", ["no-gradient"]),
        ("0.5*torch.sum(lv.detach().exp() + mu.detach()**2 - 1 - lv.detach())", ["no-gradient"]),
    ],
)
def test_what_is_computed_without_gradients(text: str, kinds: list[str]) -> None:
    found = verify(read_program(text))
    assert [one.kind for one in found.conditions] == kinds
    assert found.holds(()) is (not kinds)


@pytest.mark.parametrize(
    ("stopped", "trained", "other"),
    [
        # Sums over other axes, or of what has no value where there is one entry; by autograd, see below.
        ("{kl}.sum()", "{kl}.mean()", ["mu", "lv"]),
        ("{kl}.sum(1).mean()", "{kl}.mean(1).sum()", ["mu", "lv"]),
        ("{kl}.sum()", "{kl}.sum() + (mu - mu.mean(0)).square().sum()", ["mu"]),
        ("{kl}.sum()", "{kl}.sum(1).sum()", []),
    ],
)
def test_gradients_of_sums(stopped: str, trained: str, other: list[str]) -> None:
    kl = "(0.5*(lv.exp() + mu**2 - 1 - lv))"
    one, two = stopped.format(kl=kl), trained.format(kl=kl)
    text = f"({one}).detach() + ({two}) - ({two}).detach()"
    assert flow_of(text).other == other
    torch = pytest.importorskip("torch")
    symbols = [torch.linspace(-1, 2, 6).reshape(3, 2).requires_grad_() for _ in "ml"]
    values = dict(zip(("mu", "lv"), symbols, strict=True))
    slopes = [torch.autograd.grad(eval(part, values), symbols) for part in (text, one)]
    alike = map(torch.allclose, *slopes)
    assert [name for name, same in zip(("mu", "lv"), alike, strict=True) if not same] == other


def test_of_what_is_stopped_everywhere_no_loss_is_named() -> None:
    found = verify(read_program("0.5*torch.sum(lv.detach().exp() + mu.detach()**2 - 1 - lv.detach())"))
    assert trained_instead(found.prepared, found.best.verdict) == ""


HELD = "0.5*torch.sum({p}_s.log() - {q}_s.log() + ({q}_s + ({q}_m - {p}_m)**2)/{p}_s - 1)"


def two(*, q: str = "", p: str = "") -> str:
    """KL(N(q_m, q_s) || N(p_m, p_s)) with the gradients stopped to what is named."""
    text = HELD.format(q="q", p="p")
    for name in (*q.split(), *p.split()):
        text = text.replace(name, f"{name}.detach()")
    return text


BOTH_Q, BOTH_P = "q_m q_s", "p_m p_s"


@pytest.mark.parametrize(
    ("text", "held", "other"),
    [
        (two(), [], []),
        (two(p=BOTH_P), ["p_m", "p_s"], []),
        (two(q=BOTH_Q), ["q_m", "q_s"], []),
        (two(p="p_s"), [], ["p_s"]),
        (two(p="p_m"), [], ["p_m"]),
        (two(q="q_m", p="p_m"), [], ["q_m", "p_m"]),
        (two(q="q_s", p=BOTH_P), ["p_m", "p_s"], ["q_s"]),
        (f"0.8*{two(q=BOTH_Q)} + 0.2*{two(p=BOTH_P)}", [], []),
        (f"a*{two(q=BOTH_Q)} + (1-a)*{two(p=BOTH_P)}", [], []),
        (f"0.8*{two(q=BOTH_Q)} + 0.2*{two(q=BOTH_Q)}", ["q_m", "q_s"], []),
        (f"0.8*{two(q=BOTH_Q)} + 0.2*{two(q='q_s', p=BOTH_P)}", [], ["q_m", "q_s", "p_m", "p_s"]),
        (f"0.5*{two()} + 0.5*({two()}).detach()", [], ["q_m", "q_s", "p_m", "p_s"]),
    ],
)
def test_two_gaussians(text: str, held: list[str], other: list[str]) -> None:
    """Worked out by hand: a Gaussian that is stopped as a whole is held on purpose, as in KL balancing."""
    flow = flow_of(text)
    assert (sorted(flow.held), flow.other) == (sorted(held), other)
    assert all(passes is (not other) for _, passes in said(text))
    assert bool(said(text)) is (".detach()" in text)


def test_shares_are_those_of_autograd() -> None:
    torch = pytest.importorskip("torch")
    text = f"0.8*{two(q=BOTH_Q)} + 0.2*{two(p=BOTH_P)}"
    point = {"q_m": 0.3, "q_s": 1.7, "p_m": -0.4, "p_s": 0.6}
    found = []
    for one in (text, text.replace(".detach()", "")):
        given = {name: torch.tensor(value, requires_grad=True) for name, value in point.items()}
        eval(one, {"torch": torch, **given}).backward()
        found.append({name: float(array.grad) for name, array in given.items()})
    flow = flow_of(text)
    shares = {name: share for side in flow.sides for name, share in side.items()}
    assert shares == pytest.approx({name: found[0][name] / found[1][name] for name in point})
    assert [text for text, _ in said(text)] == [
        "the gradient is balanced: q_m and q_s get another share of it than p_m and p_s"
    ]


@pytest.mark.parametrize(
    ("text", "differs"),
    [
        ("beta * 0.5*torch.sum(lv.exp().detach() + mu**2 - 1 - lv)", True),
        ("beta.detach() * 0.5*torch.sum(lv.exp() + mu**2 - 1 - lv)", False),
        ("0.5*torch.sum(s_p.log() - s_q.log() + (s_q + (mu_q - mu_p)**2)/s_p.detach() - 1)", True),
        ("0.5*torch.sum(s_p.log() - s_q.log() + (s_q + (mu_q - mu_p)**2)/s_p - 1)", False),
    ],
)
def test_weights_and_priors(text: str, differs: bool) -> None:
    found = verify(read_program(text))
    assert found.best.kind in ("exact", "scaled")
    assert bool(gradient_flow(found.prepared, found.best.verdict).other) is differs


def test_a_quotient_of_stopped_terms_is_a_value_and_one_with_a_weight_is_trained() -> None:
    one, other = Stop(Symbol("a")), Stop(Symbol("b"))
    assert is_value(operation("/", one, other))
    assert not is_value(operation("*", Symbol("w"), other))
