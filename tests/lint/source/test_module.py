"""Sources in the wild: encodings, notebooks, what is no Python."""

from __future__ import annotations

import json

import pytest

from klcli.lint.source.module import UnreadableError, parsed, text_of
from klcli.lint.source.text_prefilter import may_hold_terms


def test_an_encoding_that_a_file_declares() -> None:
    text = text_of("# -*- coding: latin-1 -*-\nname = 'é'\r\n".encode("latin-1"), "a.py")
    assert "é" in text
    assert "\r" not in text


def test_a_notebook_with_magics() -> None:
    cells = [
        {"cell_type": "code", "source": ["%matplotlib inline\n", "x = 1\n", "!pip install it\n"]},
        {"cell_type": "markdown", "source": ["# not code"]},
        {"cell_type": "code", "source": "y = exp(x)"},
    ]
    text = text_of(json.dumps({"cells": cells}).encode(), "a.ipynb")
    assert parsed(text, "a.ipynb").tree.body
    assert "y = exp(x)" in text
    assert "not code" not in text


@pytest.mark.parametrize(
    ("data", "path"),
    [
        (b"{}", "a.ipynb"),
        (b"\xff\xfe", "a.ipynb"),
        (b"\xff\xfe\x00\xd8", "a.py"),
        (b"x\x00=\x001\x00", "a.py"),
    ],
)
def test_what_is_no_text(data: bytes, path: str) -> None:
    with pytest.raises(UnreadableError):
        text_of(data, path)


@pytest.mark.parametrize(
    "text", ["here are words,\nand more words here", "def f(:\n", "(" * 5000, "-" * 9000 + "1"]
)
def test_what_is_no_python_3(text: str) -> None:
    with pytest.raises(UnreadableError):
        parsed(text, "a.py")


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        ("x = np.exp(s) ** 2", True),
        ("x = s.exp_() * 2", True),
        ("s = Softplus()(s)\nx = m * m", True),
        ("kl = kl_divergence(q, p)", True),
        ("z = Normal(mu, std).rsample()", True),
        ("z = mu + std * torch.randn_like(std)", True),
        ("eps = np.random.randn(3)\nz = eps.mul(std).add_(mu)", True),
        ("s = np.e ** t", True),
        ("import os", False),
        ("x = 2 ** 3  # expected in the log", False),
        ("import log; log.write(2 * 3)", False),
        ("x = randn(3)", False),
    ],
)
def test_what_is_worth_following(text: str, worth: bool) -> None:
    assert may_hold_terms(text) is worth
