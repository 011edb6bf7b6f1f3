"""Random numbers as symbols, scaled and moved as their arguments say."""

from __future__ import annotations

import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.read.calls.draws import DRAWS
from klcli.formula.write.printing import to_text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("torch.randn_like(s)", "randn"),
        ("np.random.normal(m, s)", "m + s * randn"),
        ("tf.random.normal(shape, mean=m, stddev=s)", "m + s * randn"),
        ("np.random.normal(0, 1)", "randn"),
        ("torch.rand_like(s)", "rand"),
        ("Normal(m, s).rsample()", "m + s * randn"),
        ("rng.random(n)", "rand"),
    ],
)
def test_draws(text: str, plain: str) -> None:
    assert to_text(read_program(text, "python").tree) == plain


def test_names_are_those_of_the_vocabulary() -> None:
    assert {"randn", "normal", "rsample"} <= {name for row in DRAWS for name in row.names}
