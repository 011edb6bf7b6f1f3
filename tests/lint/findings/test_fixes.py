"""Fixes: that they mend what was found, change nothing else, and are written as people would."""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import islice
from pathlib import Path

import pytest

from klcli.lint.findings.edits import edited_file
from klcli.lint.findings.types import Finding
from klcli.lint.linter import linted
from klcli.lint.source.module import parsed, text_of

FOLDER = Path(__file__).parents[1] / "fixtures"
MISTAKEN = [
    file.stem
    for file in sorted(FOLDER.glob("*.json"))
    if any(found["code"].startswith("KL1") for found in json.loads(file.read_text("utf-8"))["findings"])
]
"""The cases of one file with a mistake in a formula, which may have an edit."""


@cache  # a fixture is asked for by several tests
def findings(data: bytes, path: str = "m.py") -> list[Finding]:
    """What is wrong in a file."""
    found = linted(parsed(text_of(data, path), path)).findings
    return [one for one in found if one.severity in ("error", "warning")]


def mended(source: str) -> str:
    """The line that the one edit of a source changes, as it is afterwards."""
    (found,) = (one for one in findings(source.encode()) if one.edit)
    assert found.edit is not None
    data, applied = edited_file(source.encode(), "m.py", [found.edit])
    assert len(applied) == 1
    assert findings(data) == []
    after = data.decode().split("\n")
    (changed,) = (line for before, line in zip(source.split("\n"), after, strict=True) if before != line)
    assert found.fix == changed.strip()
    return changed.strip()


def test_there_are_mistakes_that_edits_mend() -> None:
    edits = (name for name in MISTAKEN if any(one.edit for one in findings(_data(name))))
    enough = len(MISTAKEN) // 3
    assert len([*islice(edits, enough)]) == enough


@pytest.mark.parametrize("name", MISTAKEN)
def test_what_is_mended_is_found_no_more(name: str) -> None:
    """In the file as it is, of which no other line changes."""
    data = _data(name)
    found = findings(data)
    edits = [one.edit for one in found if one.edit]
    after, applied = edited_file(data, f"{name}.py", edits)
    assert list(applied) == edits
    assert len(findings(after)) == len(found) - len(edits)
    lines, changed = data.split(b"\n"), after.split(b"\n")
    assert len(lines) == len(changed)
    numbers = {
        number for number, pair in enumerate(zip(lines, changed, strict=True), 1) if len(set(pair)) > 1
    }
    assert numbers == {edit.place.line for edit in edits}


def _data(name: str) -> bytes:
    return (FOLDER / f"{name}.py").read_bytes()


KL = "def kl(mu, {name}):\n    return {formula}\n"


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("-0.5*torch.sum(1+s-mu**2-torch.exp(2*s))", "-0.5*torch.sum(1+2*s-mu**2-torch.exp(2*s))"),
        ("-0.5 * (1 + s - mu ** 2 - exp(2 * s))", "-0.5 * (1 + 2 * s - mu ** 2 - exp(2 * s))"),
        ("-0.5 * (1 + s - mu * mu - (s + s).exp())", "-0.5 * (1 + 2 * s - mu * mu - (s + s).exp())"),
        ("0.5 * (exp(2*s) + mu**2 - 1e0 - s)", "0.5 * (exp(2*s) + mu**2 - 1e0 - 2*s)"),
    ],
)
def test_fixes_are_written_as_their_source_is(formula: str, expected: str) -> None:
    assert mended(KL.format(name="s", formula=formula)) == f"return {expected}"


def test_names_keep_their_quotes_and_statements_their_lines() -> None:
    source = (
        "def loss(out):\n"
        "    kl = (\n"
        '        1 + out["log_sigma"]  # the log\n'
        '        - out["mean"]**2 - torch.exp(2*out["log_sigma"])\n'
        "    )\n"
        "    return -0.5 * kl.sum()\n"
    )
    assert mended(source) == '1 + 2*out["log_sigma"]  # the log'


@pytest.mark.parametrize(
    "source",
    [
        # The standard deviation is the sample's, too.
        """
def draw(mu, log_sigma):
    sigma = np.exp(log_sigma)
    z = mu + sigma * np.random.randn(*mu.shape)
    return z, np.sum(-log_sigma + 0.5 * (sigma + mu * mu) - 0.5, axis=1)
""",
        # So is an attribute, for whoever reads it.
        """
class Layer:
    def kl(self, x):
        self.std = torch.exp(self.log_std)
        return torch.sum(0.5 * (self.mu ** 2 + self.std - 1) - self.log_std)
""",
        # Python's own sum would run over the first axis.
        """
def kl(mu, logvar):
    return -0.5 * torch.sum(1 + logvar - mu.pow(2)) - torch.sum(logvar.exp())
""",
    ],
)
def test_no_edit_changes_what_others_read(source: str) -> None:
    (found,) = findings(source.encode())
    assert found.severity == "error"
    assert found.edit is found.fix is None


def test_no_edit_uses_a_name_that_is_not_there() -> None:
    source = """
class Gaussian:
    def __init__(self, mean, logvar):
        self.mean, self.logvar = mean, logvar
        self.std = torch.exp(0.5 * logvar)

    def kl(self):
        return 0.5 * torch.sum(self.mean ** 2 + self.std ** 2 - 1.0 + self.logvar)
"""
    assert [found.mistake.code for found in findings(source.encode())] == ["KL108"]
    assert not any(re.search(r"(?<!self\.)\blogvar", str(found.fix)) for found in findings(source.encode()))
