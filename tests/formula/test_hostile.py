"""No text hangs a reader, eats memory, crashes it or is executed; and none that is read prints wrongly."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest

from klcli.errors import KlcliError
from klcli.formula.entrywise_form import entry
from klcli.formula.read import math_parser, python
from klcli.formula.read.syntax_errors import MAX_DEPTH, MAX_LENGTH
from klcli.formula.traversal import substitute
from klcli.formula.tree import Tree
from klcli.formula.value.arithmetic import Decimals, evaluate
from klcli.formula.write.printing import NOTATIONS, to_text
from tests.formula.hostile import EXTREME, REFUSED

SECONDS = 1.0
MEGABYTES = 1_000
FUZZ_SECONDS = float(os.environ.get("KLCLI_FUZZ_SECONDS", "3"))
FUZZ_TEXTS = 5_000 if "KLCLI_FUZZ_SECONDS" not in os.environ else sys.maxsize
"""A suite tries the same texts on every machine, however fast."""
FUZZ_SEED = int(os.environ.get("KLCLI_FUZZ_SEED", "0"))


@pytest.fixture(scope="module")
def endings() -> list[list[Any]]:
    """How each hostile text ended, in a process of its own with little memory."""
    program = (
        "import sys\n"
        "try:\n"
        "    import resource\n"
        f"    resource.setrlimit(resource.RLIMIT_AS, ({MEGABYTES} * 2**20,) * 2)\n"
        "except ImportError:\n"
        "    pass\n"
        "from tests.formula import hostile\n"
        "sys.stdout.reconfigure(encoding='utf-8')\n"
        "hostile.main()\n"
    )
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        cwd=root,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_hostile_texts_are_refused_in_time(endings: list[list[Any]]) -> None:
    refused = [entry for entry in endings if entry[1].startswith("refused")]
    assert len(refused) == 2 * len(REFUSED)
    wrong = [
        entry for entry in refused if entry[2] not in ("KlcliError", "FormulaError") or entry[3] > SECONDS
    ]
    assert not wrong


def test_extreme_values_are_found_or_refused_in_time(endings: list[list[Any]]) -> None:
    extreme = [entry for entry in endings if not entry[1].startswith("refused")]
    assert {entry[0] for entry in extreme} == set(EXTREME)
    unread = [entry for entry in extreme if entry[1].startswith("read by") and entry[2] != "value"]
    assert not unread
    wrong = [entry for entry in extreme if entry[2].startswith("CRASH") or entry[3] > SECONDS]
    assert not wrong


# At the limit.


def deep(levels: int, action: Callable[[], Any]) -> Any:
    """Do something with `levels` frames already on the stack."""
    return deep(levels - 1, action) if levels else action()


FORMS = {
    "brackets": ("(", "x", ")", 0),
    "minus": ("-", "x", "", 1),
    "exponents": ("x^(", "x", ")", 1),
    "LaTeX exponents": ("e^{", "x", "}", 1),
    "functions": ("log(", "x", ")", 1),
    "words": ("log ", "x", "", 1),
    "fractions": (r"\frac{1}{", "x", "}", 1),
    "divisors": ("1/(", "x", ")", 1),
    "differences": ("x - (", "x", ")", 1),
    "products": ("x (", "x", ")", 1),
    "sums": ("x + ", "x", "", 1),
    "means": ("mean(", "x", ")", 2),
    "expectations": ("E_q[", "x", "]", 2),
    "sums over j": ("∑ⱼ (", "x", ")", 2),
    "roots": ("√", "x", "", 1),
}


@pytest.mark.parametrize("form", FORMS)
def test_everything_works_at_the_limit_of_depth(form: str) -> None:
    before, inmost, after, cost = FORMS[form]
    levels = MAX_DEPTH // max(cost, 1) - 2
    text = before * levels + inmost + after * levels

    def everything() -> None:
        tree = math_parser.parse(text)
        for style in NOTATIONS:
            shown = to_text(tree, style)
            assert (python.parse(shown) if style == "python" else math_parser.parse(shown)) == tree
        assert substitute(tree, {}) == tree
        assert hash(tree) == hash(math_parser.parse(text))
        assert repr(tree)
        with suppress(ArithmeticError):
            evaluate(tree, {"x": Decimal("0.5")}, Decimals(20))

    deep(250, everything)
    beyond = before * (MAX_DEPTH + 1) + inmost + after * (MAX_DEPTH + 1)
    with pytest.raises(KlcliError, match="nested too deeply"):
        math_parser.parse(beyond)


def test_what_one_reader_takes_the_other_can_read_again() -> None:
    """An indexed sum is one node and yet two levels of a text, its sign and its brackets."""
    nested = next(tree for levels in range(60, 0, -1) if (tree := _nested_sums(levels)) is not None)
    assert math_parser.parse(to_text(nested)) == nested


def _nested_sums(levels: int) -> Tree | None:
    try:
        return python.parse("sum(" * levels + "x_j" + " for j in rows)" * levels)
    except KlcliError:
        return None


# Fuzzing: run for longer with KLCLI_FUZZ_SECONDS, elsewhere with KLCLI_FUZZ_SEED.

SEEDS = (
    "-1/2 (2 log s - s^2 - mu^2 + 1)",
    "-½(log σ − σ − µ² + 1)",
    r"\frac{1}{2}\left(\sigma_1^2 + \mu^2 - 1 - \log \sigma_1^2\right)",
    r"-\frac12\sum_{j=1}^{J} (1+\log\sigma_j^2-\mu_j^2-\sigma_j^2)",
    "log(sigma_p/sigma_q) + (sigma_q^2 + (mu_q - mu_p)^2)/(2 sigma_p^2) - 1/2",
    "-0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=1)",
    "E_q[log q - log p]",
    "∑ⱼ ½ (e^(2 sⱼ) − 1)",
    "sum(0.5 * x_j**2 for j in indices)",
    "mean(exp(-s/2)) + sqrt(2 pi) abs(x) softplus(s)",
    r"1.5 \times 10^{-3} \sqrt{2\pi} \mathrm{logvar} + \mu_{\theta}",
    "K.square(z_mean) - K.exp(z_log_var)",
    "x**-y**2/3*math.pi",
    "e^{-s} 2^-x^2 log^2 s",
    r"\mathbb{E}_{q}\left[ x \right] \operatorname{mean} (x)",
)
SIGNS = (
    *"()[]{}+-*/^_.,0123456789eEsxjΣ∑σµ½²₁ⱼ−·√ \\|='\"\n\t\0\u202e\ud800~&$#@!:;<>?%πΩ𝜎ⅷ٣",
    *(r"\frac", r"\log", r"\sum", r"\left", r"\sqrt", r"\mathrm{", r" \times 10^", r"\mu", "^{", "_{"),
    *("sum", "mean", "E_q[", "log", "exp", "lambda", "for j in x", "**", ".exp()", "if ", "math.e", "1e9"),
    *("_1", "e^", "1/2", "sum_j", "√", "log2", "pi", "x_j"),
)


def mutated(source: random.Random, text: str) -> str:
    for _ in range(source.randint(1, 6)):
        start = source.randint(0, len(text))
        end = min(len(text), start + source.randint(0, 6))
        other = source.choice(SEEDS)
        cut = source.randint(0, len(other))
        inserted = source.choice(
            ("", source.choice(SIGNS), text[start:end] * source.randint(2, 4), other[cut : cut + 12])
        )
        text = text[:start] + inserted + text[source.choice((start, end)) :]
    return text


def of_one_entry(text: str) -> Tree:
    """What Python computes for one entry: a stopped gradient and a shape have no sign in mathematics."""
    return entry(python.parse(text))


def check(text: str) -> None:
    """A text is read or refused by each reader; what is read prints well, and the same in both."""
    read: list[Tree] = []
    for parse in (math_parser.parse, of_one_entry):
        try:
            tree = parse(text)
        except KlcliError:
            continue
        read.append(tree)
        for style in NOTATIONS:
            shown = to_text(tree, style)
            if len(shown) <= MAX_LENGTH:
                assert (of_one_entry if style == "python" else math_parser.parse)(shown) == tree
    assert len({*read}) <= 1, "two meanings"


def test_fuzz() -> None:
    source = random.Random(FUZZ_SEED)
    end = time.monotonic() + FUZZ_SECONDS
    for _ in range(FUZZ_TEXTS):
        if time.monotonic() > end:
            break
        text = mutated(source, source.choice(SEEDS))
        start = time.process_time()
        try:
            check(text)
        except Exception as error:
            pytest.fail(f"{text!r}: {type(error).__name__}: {error}")
        assert time.process_time() - start < SECONDS, repr(text)
