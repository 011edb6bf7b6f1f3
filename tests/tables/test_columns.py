"""Columns by name, by number, and by what they are often called."""

from __future__ import annotations

import numpy
import pytest

from klcli.errors import KlcliError
from klcli.tables.columns import column, density_columns, sample_columns
from tests.tables.sources import npy, table


def headed(*names: str) -> str:
    return "\t".join(names) + "\n" + "\t".join("1" for _ in names) + "\n"


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("log_q", "log_p"), (0, 1)),
        (("log p", "id", "Log Q"), (2, 0)),
        (("logq", "logp"), (0, 1)),
        (("log q(x)", "log p(x)"), (0, 1)),
        (("logprobs", "ref_logprobs"), (0, 1)),
        (("policy_logps", "reference_logps"), (0, 1)),
        (("ref", "policy"), (1, 0)),
        (("logprob_q", "logprob_p"), (0, 1)),
        (("old_log_prob", "ref_log_prob"), (0, 1)),
    ],
)
def test_names_that_are_known(names: tuple[str, ...], found: tuple[int, int]) -> None:
    assert density_columns(table(headed(*names)), None, None) == found


def test_two_columns_without_names_are_log_q_and_log_p() -> None:
    assert density_columns(table("1,2\n"), None, None) == (0, 1)
    assert density_columns(table(npy(numpy.zeros((3, 2)))), None, None) == (0, 1)


@pytest.mark.parametrize(
    ("log_q", "log_p", "found"),
    [
        ("new", "old", (1, 2)),
        ("2", "3", (1, 2)),
        ("NEW", " old ", (1, 2)),
        ("old", "new", (2, 1)),
        ("2", "1", (1, 0)),
    ],
)
def test_names_and_numbers(log_q: str, log_p: str, found: tuple[int, int]) -> None:
    assert density_columns(table(headed("id", "new", "old")), log_q, log_p) == found


def test_one_name_leaves_the_other_column() -> None:
    both = table(headed("logp", "ref_logp"))
    assert density_columns(both, "logp", None) == (0, 1)
    assert density_columns(table(headed("logprob", "logprob_q", "log_p")), "logprob", None) == (0, 2)


def test_names_come_before_numbers() -> None:
    fields = numpy.zeros(3, dtype=[("2", "f8"), ("1", "f8"), ("x", "f8")])
    assert column(table(npy(fields)), "1", "--log-q") == 1
    assert column(table(npy(fields)), "3", "--log-q") == 2


@pytest.mark.parametrize(
    ("text", "log_q", "log_p", "message", "hint"),
    [
        (headed("a", "b"), None, None, "which column is log q?", "--log-q 'a'; the columns are: a, b"),
        (headed("log_q", "b"), None, None, "which column is log p?", "--log-p"),
        (
            headed("log_q", "policy", "log_p"),
            None,
            None,
            "'log_q' and 'policy' may both be log q",
            "--log-q 1",
        ),
        (headed("new", "old"), "nwe", "old", "no column 'nwe'", "did you mean 'new'?"),
        (headed("new", "old"), "new", "new", "the same column", "new, old"),
        (headed("new", "old"), "0", "1", "no column '0'", "new, old"),
        (headed("a", "a"), "a", "2", "2 columns are called 'a'", "--log-q 1"),
        ("1,2,3\n", None, None, "which column is log q?", "3 columns without names"),
        ("1\n", None, None, "which column is log q?", "--log-ratio 1"),
        (npy(numpy.zeros((2, 9))), None, None, "which column is log q?", "table.T"),
    ],
)
def test_what_is_not_clear(
    text: str | bytes, log_q: str | None, log_p: str | None, message: str, hint: str
) -> None:
    with pytest.raises(KlcliError) as error:
        density_columns(table(text), log_q, log_p)
    assert message in error.value.message
    assert hint in error.value.hint


@pytest.mark.parametrize(
    ("text", "names", "dimension", "found"),
    [
        ("z\n1\n", None, 1, (0,)),
        ("1\n", None, 1, (0,)),
        ("1,2\n", None, 2, (0, 1)),
        (headed("id", "z"), None, 1, (1,)),
        (headed("z2", "z1", "id"), None, 2, (1, 0)),
        (headed("a", "b", "c"), "c,a", 2, (2, 0)),
        (headed("a", "b", "c"), "2", 1, (1,)),
    ],
)
def test_columns_with_samples(text: str, names: str | None, dimension: int, found: tuple[int, ...]) -> None:
    assert sample_columns(table(text), names, dimension) == found


@pytest.mark.parametrize(
    ("text", "names", "dimension", "message"),
    [
        (headed("a", "b"), None, 1, "which columns are the samples?"),
        (headed("a", "b"), "a,b", 1, "need 1 column, one for each dimension, and there are 2"),
        (headed("a", "b"), "a,a", 2, "need 2 columns, one for each dimension, and there are 1"),
        (headed("z1", "z2", "z3"), None, 4, "which columns are the samples?"),
    ],
)
def test_samples_of_another_dimension(text: str, names: str | None, dimension: int, message: str) -> None:
    with pytest.raises(KlcliError, match=message.replace("?", r"\?")):
        sample_columns(table(text), names, dimension)
