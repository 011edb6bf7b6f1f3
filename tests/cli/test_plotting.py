"""Where pictures go."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.conftest import Klcli

WRONG = "-0.5*(1 + s - mu^2 - e^(2s))"
COMPUTE = ("compute", "--mu", "0.3", "--sigma", "1.2", "--samples", "1000", "--steps", "none")
MODEL = """import torch

def kl(mu, logvar):
    z = mu + torch.exp(logvar) * torch.randn_like(mu)
    return -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp()), z
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.py").write_text(MODEL)
    rows = "".join(f"{k % 7 / 7},{k % 5 / 5}\n" for k in range(200))
    (tmp_path / "t.csv").write_text(f"log_q,log_p\n{rows}")
    return tmp_path


COMMANDS = {
    COMPUTE: ["q, p and what KL(q || p) sums up"],
    (*COMPUTE, "--compare-estimators"): ["q, p and what", "estimates of the KL"],
    (*COMPUTE, "--prior", "laplace(0, 1)"): ["q, p and what"],
    ("verify", WRONG): ["what the formula charges"],
    ("verify", "--sampler", "mu + exp(logvar)*eps", "0.5*(exp(logvar) + mu^2 - 1 - logvar)"): [
        "what the KL charges"
    ],
    ("estimate", "t.csv", "--independent"): ["200 log ratios"],
    ("lint", "m.py"): ["what the KL charges for the samples, m.py:4"],
    ("explain", "KL201"): ["what the KL charges for the samples"],
    ("compare", "--param", "var", "--samples", "1000"): ["penalty against sigma"],
}


@pytest.mark.parametrize(("command", "titles"), COMMANDS.items())
def test_every_picture_in_a_file_and_in_the_page(
    klcli: Klcli, folder: Path, command: tuple[str, ...], titles: list[str]
) -> None:
    result = klcli(*command, "--plot", "p.svg", "--output", "page.html")
    assert (result.out, result.err) == ("", "")
    figure = ElementTree.fromstring((folder / "p.svg").read_text())
    (title,) = (found.text for found in figure.iter("{http://www.w3.org/2000/svg}title"))
    assert all(part.startswith(start) for part, start in zip(str(title).split("; "), titles, strict=True))
    page = (folder / "page.html").read_text()
    assert page.count("<svg") == len(titles)
    assert klcli(*command, "--plot", "-").out.count("sigma\n") >= (titles[0].startswith("what"))


@pytest.mark.parametrize(
    "command",
    [
        ("compute", "--mu", "0.3", "--cov", "[[2]]", "--samples", "1000"),
        ("verify", "0.5 * (trace(S) + mu' mu - d - log det S)"),
        ("verify", "torch.exp(ref_lp - lp) - (ref_lp - lp) - 1"),
        ("explain", "logvar"),
        ("explain",),
    ],
)
def test_what_has_no_picture(klcli: Klcli, folder: Path, command: tuple[str, ...]) -> None:
    result = klcli(*command, "--plot", "x.svg")
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("error: there is no picture of this result\nhint: ")
    assert not (folder / "x.svg").exists()


@pytest.mark.parametrize(
    ("plot", "error"),
    [
        ("x.pdf", "error: cannot draw a picture into x.pdf\nhint: its name ends in .svg or .png"),
        ("x", "error: cannot draw a picture into x\nhint: its name ends in .svg or .png"),
        ("nowhere/x.svg", "error: cannot write nowhere/x.svg: No such file or directory\nhint: --plot takes"),
    ],
)
def test_what_is_no_file_for_a_picture(klcli: Klcli, folder: Path, plot: str, error: str) -> None:
    result = klcli("verify", WRONG, "--plot", plot)
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith(error)


def test_a_png_without_matplotlib(klcli: Klcli, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = klcli("verify", WRONG, "--plot", "x.png")
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("error: a PNG needs matplotlib\nhint: pip install 'klcli[plot]'")


def test_on_a_terminal_the_picture_is_among_the_words(
    klcli: Klcli, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "┤" not in klcli("verify", WRONG).out, "in a pipe"
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda self: True)
    for told, drawn in {
        ("verify", WRONG): True,
        ("verify", WRONG, "--plot", "none"): False,
        ("verify", WRONG, "-q"): False,
        ("verify", WRONG, "--json"): False,
        ("verify", "0.5*(exp(logvar) + mu^2 - 1 - logvar)"): False,
        ("verify", "0.5*(exp(logvar) + mu^2 - 1 - logvar)", "--plot", "-"): True,
        ("lint", "m.py"): False,
        COMPUTE: True,
    }.items():
        assert ("┤" in klcli(*told).out) is drawn, told
