"""Why the mean of p/q is not 1, in words: what the rows show, and what would show the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import log

from klcli.formula.numeral import significant
from klcli.report.wording import with_error
from klcli.samples.causes import CauseName, RatioCause


def cause_text(cause: RatioCause) -> str:
    """What the rows show of a cause, and what to do."""
    return _TEXTS[cause.name](cause)


def _share(cause: RatioCause) -> str:
    # In percent.
    return f"{significant(100 * (cause.share or 0.0), 2)} %"


def _number(cause: RatioCause) -> str:
    if cause.value is None:
        return "unknown"
    return with_error(cause.value, cause.error) if cause.error else significant(cause.value, 2)


def _padding(cause: RatioCause) -> str:
    left = f"without them the mean of p/q is {_number(cause)}"
    return (
        f"padding is counted: at the ends of sequences, in {_share(cause)} of the rows, one column is "
        f"exactly 0; {left}{'' if cause.explains else ', which is still not 1'}: leave them out with a mask"
    )


def _temperature(cause: RatioCause) -> str:
    held = (
        "rows behind likely tokens and behind unlikely ones agree on it"
        if cause.explains
        else "one mean alone says so, which other causes may move as well"
    )
    return (
        f"a temperature: the samples look like samples of q^(1/T), normalised, with T = {_number(cause)}; "
        f"{held}: take log q at the temperature of the samples"
    )


def _base(base: int, cause: RatioCause) -> str:
    """The columns do not tell base^log_q from q^(1/T) at T = 1/ln base."""
    return (
        f"logarithms of base {base}: read as such, multiplied by ln {base}, they have a mean of p/q of "
        f"{_number(cause)}; natural ones of samples at a temperature near {1 / log(base):.2f} can look alike"
    )


_TEXTS: Mapping[CauseName, Callable[[RatioCause], str]] = {
    "padding": _padding,
    "shifted-tokens": lambda cause: (
        "the columns are one token apart: with log p of the token beside, the mean of p/q is "
        f"{_number(cause)}"
    ),
    "base-2": lambda cause: _base(2, cause),
    "base-10": lambda cause: _base(10, cause),
    "negative-logs": lambda cause: (
        "no number is below 0: are these -log q and -log p, as a loss or surprisals are? Multiplied by -1 "
        f"they have a mean of p/q of {_number(cause)}"
    ),
    "other-texts": lambda cause: (
        f"log q and log p hardly hang together (correlation {_number(cause)}), as those of other tokens, of "
        "another tokenizer, of other texts or of rows in another order"
    ),
    "truncated-q": lambda cause: (
        "q is that of top-k, top-p or min-p, normalised over the tokens that are left: in "
        f"{_share(cause)} of the rows it is exactly 1 and p is not, and p has {_number(cause)} on these "
        "tokens. k1 is right for the law that drew the samples; k3 lacks what p has on tokens left out"
    ),
    "floor": lambda cause: (
        f"no row has q below {_number(cause)}: samples of top-k, top-p or min-p show this beside a q that "
        "knows nothing of it, and so does a small set of actions"
    ),
    "temperature": _temperature,
}

UNTOLD: Mapping[str, str] = {
    "another temperature, top-k or top-p": "log q of the engine that drew the samples, beside this one",
    "another checkpoint": "log q of the checkpoint that drew them",
    "densities that are not normalised": "their sum over a whole vocabulary, in one context",
    "another tokenizer": "the number of tokens of each text in both",
    "padding or prompts that are counted": "a mask, or the lengths of sequences",
}
"""What would show a cause of which a table does not tell."""
