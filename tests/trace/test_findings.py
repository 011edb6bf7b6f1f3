"""Findings of a run: how the line should be, and which terms pass only when they are accepted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import klcli
from klcli.judge.mistakes.table import find_mistake
from klcli.trace import fixes
from klcli.trace.fixes import _around, fix_at
from klcli.trace.recording import Place
from tests.trace import losses
from tests.trace.losses import DECODER, LOSSES, F, X, torch


def watched(name: str) -> Any:
    with klcli.watch() as seen:
        LOSSES[name].function().backward()
    return seen.watched


def test_a_wrong_line_comes_with_the_line_that_is_right() -> None:
    (finding,) = watched("squared once too often").findings
    assert finding.fix == "kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=1).mean()"


def test_a_sample_comes_with_that_of_the_kl() -> None:
    (finding,) = watched("exchanged").findings
    assert finding.fix == "mu + exp(logvar / 2) * randn_like(mu)"
    assert finding.related is not None


@pytest.mark.parametrize("names", ["mu logvar", "one other"])
def test_a_mean_and_a_head_that_are_exchanged(names: str) -> None:
    """By the sample beside the KL, whatever they are called; by their names, without a sample, too."""
    one, other = names.split()
    code = f"""
{one}, {other} = heads()
z = {one} + ({other} / 2).exp() * noise({one})
kl = -0.5 * (1 + {one} - {other}**2 - {one}.exp()).sum(1).mean()
"""
    by_name = ["KL209"] if one == "mu" else []
    for error, expected in (("z", [*by_name, "KL201"]), (f"{one} - {other}", by_name)):
        with klcli.watch() as seen:
            exec(f"{code}(F.mse_loss(DECODER({error}), X) + kl).backward()", {**vars(losses)})
        assert [finding.mistake.code for finding in seen.findings] == expected
        assert seen.watched.holds() == (not expected)


@pytest.mark.parametrize(("sign", "codes"), [(1, []), (-1, ["KL140"])])
def test_the_parts_of_an_estimator_that_is_called_a_kl(sign: int, codes: list[str]) -> None:
    with klcli.watch() as seen:
        logps, ref_logps = losses.heads()[0], losses.heads()[1].detach()
        per_token_kl = torch.exp(ref_logps - logps) - sign * (ref_logps - logps) - 1
        (F.mse_loss(DECODER(logps), X) + 0.1 * per_token_kl.mean()).backward()
    assert [one.mistake.code for one in seen.findings] == codes


@pytest.mark.parametrize(("shift", "codes"), [(torch.square, []), (lambda x: x, ["KL112"])])
def test_a_mistake_between_two_gaussians_whose_heads_are_computed(shift: Any, codes: list[str]) -> None:
    """The names of the run are taken by others: s2 is a variance to the judge, and m stands on both sides."""

    def kl_gauss(m1: Any, s1: Any, m2: Any, s2: Any) -> Any:
        return torch.log(s2 / s1) + (s1**2 + shift(m1 - m2)) / (2 * s2**2) - 0.5

    def stats() -> tuple[Any, Any]:
        m, s = losses.heads()
        return m, F.softplus(s) + 0.1

    with klcli.watch() as seen:
        qm, qs = stats()
        pm, ps = stats()
        kl_gauss(qm, qs, pm, ps).sum(-1).mean().backward()
    assert [one.mistake.code for one in seen.findings] == codes


@pytest.mark.parametrize(("variance", "codes"), [("logvar", []), ("0.5 * logvar", ["KL100"])])
def test_log_densities_of_which_one_has_another_variance_than_the_sample(
    variance: str, codes: list[str]
) -> None:
    """log q(z) with the standard deviation for the variance, at a sample of q: its mean is no KL."""
    code = f"""
mu, logvar = heads()
z = mu + torch.exp(0.5 * logvar) * noise(mu)
kl = (-0.5 * ((z - mu) ** 2 / torch.exp({variance}) + logvar) + 0.5 * z**2).sum(1)
(F.mse_loss(DECODER(z), X) + kl.mean()).backward()
"""
    with klcli.watch() as seen:
        exec(code, {**vars(losses)})
    assert [one.mistake.code for one in seen.findings] == codes


def test_data_that_are_drawn_beside_a_learned_spread_are_no_sample() -> None:
    with klcli.watch() as seen:
        mu, logvar = losses.heads()
        x, log_sigma = torch.randn_like(mu), torch.nn.Parameter(torch.tensor(0.2))
        z = mu + losses.noise(mu) * (logvar / 2).exp()
        (0.5 * ((x - DECODER(z)[:, :4]) / log_sigma.exp()) ** 2 + log_sigma).sum(1).mean().backward()
    (term,) = seen.terms
    assert term.kind == "likelihood"
    assert term.part.likelihood.name == "gaussian"


def test_there_is_no_fix_where_the_file_is_not_there() -> None:
    mistake = find_mistake("KL105")
    assert fix_at(Place("/nowhere/at/all.py", 3, "f"), mistake) is None
    assert fix_at(Place(__file__, 1, "f"), mistake) is None
    assert fix_at(None, mistake) is None


FILE = """\
import torch


class A:
    @torch.no_grad()
    def other(self, mu, logvar):
        return -0.5 * torch.sum(1 + logvar - mu**2 - (2 * logvar).exp())

    def kl(self, mu, logvar):
        return -0.5 * torch.sum(1 + logvar - mu**2 - (2 * logvar).exp(), 1)


def last(mu, logvar):
    return -0.5 * torch.sum(1 + logvar - mu**2 - (2 * logvar).exp())
"""


def test_a_fix_is_looked_for_in_its_own_function_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, read = tmp_path / "a.py", []
    path.write_text(FILE)
    monkeypatch.setattr(fixes, "_around", lambda text, line: read.append(_around(text, line)) or read[-1])
    fix = fix_at(Place(str(path), 10, "kl"), find_mistake("KL105"))
    assert fix == "return -0.5 * torch.sum(1 + logvar - mu**2 - (logvar).exp(), 1)"
    (text,) = read
    assert text.count("torch.sum") == 1
    assert text.split("\n")[9] == FILE.split("\n")[9]


@pytest.mark.parametrize(
    ("name", "word"), [("mean of latents", "scaled"), ("free bits", "free-bits"), ("k3", "estimator")]
)
def test_what_is_not_exact_passes_when_it_is_accepted(name: str, word: str) -> None:
    found = watched(name)
    assert not found.holds()
    assert not found.holds(("clip",))
    assert found.holds((word,))
    assert [needed for _, needed in found.unaccepted(())] == [word]


@pytest.mark.parametrize("name", ["mean of pixels", "distributions", "classifier", "other prior"])
def test_what_is_exact_needs_no_word(name: str) -> None:
    assert watched(name).holds()


def test_no_word_accepts_a_finding() -> None:
    assert not watched("exchanged").holds(("scaled", "other-prior", "reversed", "estimator"))


@pytest.mark.parametrize("weight", ["1", "1 / 40", "-0.1 * -1"])
@pytest.mark.parametrize(("has_gradient", "codes"), [(True, []), (False, ["KL134"])])
def test_kls_of_layers_that_are_added_without_gradients(
    weight: str, has_gradient: bool, codes: list[str]
) -> None:
    """Also where what divides them stands outside of no_grad."""
    mu, rho = (torch.full((3, 2), value, requires_grad=True) for value in (0.5, -1.0))

    def of_layer(mean: Any, sigma: Any) -> Any:
        return (0.5 * (mean**2 + sigma**2) - torch.log(sigma) - 0.5).sum()

    with klcli.watch() as seen:
        data_loss = F.mse_loss(X[:, :3] @ (mu * rho), torch.zeros(len(X), 2))
        with torch.set_grad_enabled(has_gradient):
            kl = of_layer(mu, rho.exp()) + of_layer(2 * mu, rho.exp() / 3)
        (data_loss + kl * eval(weight)).backward()
    assert [one.mistake.code for one in seen.findings] == codes
    assert [term.amount.weight for term in seen.terms if term.kind == "kl"] == pytest.approx(
        [eval(weight)] * 2
    )
