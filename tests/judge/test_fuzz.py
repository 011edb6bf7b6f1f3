"""Texts made of parts of real ones: the verifier answers or refuses, and never breaks.

Run for longer with KLCLI_FUZZ_SECONDS, elsewhere with KLCLI_FUZZ_SEED.
"""

from __future__ import annotations

import os
import random
import time

from klcli.errors import KlcliError
from klcli.formula.program_reader import read_program
from klcli.judge.answer import verify
from klcli.judge.mistakes.table import OF_NUMBERS
from tests.formula.test_hostile import FUZZ_SEED, mutated
from tests.judge.formulas import NAMES, right_lines

SECONDS = float(os.environ.get("KLCLI_FUZZ_SECONDS", "5"))

SEEDS = [
    *(text for name in NAMES for _, text in right_lines(name)),
    *(mistake.example[0] for mistake in OF_NUMBERS),
    "log(s2/s1) + (s1^2 + (mu1 - mu2)^2)/(2 s2^2) - 1/2",
    "beta * -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch_size",
    "-0.5*(1 + torch.log(torch.clamp(var + 1e-8, min=1e-6)) - mu**2 - var)",
]


def test_fuzz() -> None:
    source = random.Random(FUZZ_SEED)
    end = time.monotonic() + SECONDS
    answered = 0
    while time.monotonic() < end:
        text = mutated(source, source.choice(SEEDS))
        start = time.process_time()
        try:
            found = verify(read_program(text))
            answered += 1
            if found.best.corrected:
                read_program(found.best.corrected, found.program.language)
        except KlcliError:
            pass
        except Exception as error:
            raise AssertionError(repr(text)) from error
        assert time.process_time() - start < 10, text
    assert answered
