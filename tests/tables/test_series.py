"""Series out of logs: exports of Weights & Biases, JSON lines, what has no steps."""

from __future__ import annotations

from io import BytesIO

import pytest

from klcli.errors import KlcliError
from klcli.names.logged_kls import LOGGED_KL
from klcli.tables.series import LogSeries, logged_series
from klcli.tables.source import Source
from tests.tables.formats.test_event_files import BEGIN, event, simple


def read(data: bytes | str) -> list[LogSeries]:
    raw = data.encode() if isinstance(data, str) else data
    return logged_series(Source("run", BytesIO(raw), len(raw), False), LOGGED_KL.says)[0]


def shown(found: list[LogSeries]) -> list[tuple[str, list[float], list[float]]]:
    return [(one.name, one.steps, one.values) for one in found]


def test_an_export_of_weights_and_biases() -> None:
    """A column for each run, with those of smallest and largest values, and cells without a number."""
    text = (
        '"Step","run-a - train/kl","run-a - train/kl__MIN","run-a - train/kl__MAX","run-b - train/kl"\n'
        '"0","0.5","0.4","0.6",""\n"10","0.25","0.2","0.3","0.125"\n'
    )
    found = read(text)
    assert shown(found) == [
        ("run-a - train/kl", [0, 10], [0.5, 0.25]),
        ("run-b - train/kl", [10], [0.125]),
    ]
    assert [one.not_finite for one in found] == [0, 0]


def test_json_lines_where_not_every_line_has_everything() -> None:
    text = '{"step": 1, "loss": 2.0, "kl": 0.5}\n{"step": 2, "eval_loss": 1.5}\n{"step": 3, "kl": 0.25, "note": "x"}\n'
    assert shown(read(text)) == [("kl", [1, 3], [0.5, 0.25])]


def test_event_files() -> None:
    data = (
        BEGIN
        + event(7, simple("objective/kl", 0.5), simple("loss", 1.0))
        + event(9, simple("objective/kl", 0.25))
    )
    assert shown(read(data)) == [("objective/kl", [7, 9], [0.5, 0.25])]


def test_without_steps_lines_are_counted() -> None:
    assert shown(read("kl,loss\n0.5,1\n0.25,1\n")) == [("kl", [2, 3], [0.5, 0.25])]


def test_numbers_that_are_not_finite_are_counted_and_located() -> None:
    (found,) = read("step,kl\n1,0.5\n2,inf\n3,-inf\n4,0.25\n")
    assert (found.values, found.not_finite, found.first_not_finite) == ([0.5, 0.25], 2, 2)


def test_words_in_columns_that_nobody_reads_do_no_harm() -> None:
    assert shown(read("step,kl,note\n1,0.5,warm-up\n")) == [("kl", [1], [0.5])]


def test_two_columns_of_one_name_are_no_series() -> None:
    with pytest.raises(KlcliError, match="two columns called 'kl'"):
        read("step,kl,kl\n1,1,2\n2,3,4\n")
    assert shown(read("step,kl,a,a\n1,1,2,2\n")) == [("kl", [1.0], [1.0])]


def test_files_of_one_run_are_put_together() -> None:
    first, later = LogSeries("kl", [1.0], [0.5]), LogSeries("kl", [2.0], [0.25], 1, 3.0)
    first.extend(later)
    assert (first.steps, first.values, first.not_finite, first.first_not_finite) == (
        [1, 2],
        [0.5, 0.25],
        1,
        3,
    )


@pytest.mark.parametrize(
    "data", [b"", b"\x00" * 100, b"kl\n" + b"x" * 2_000_000, b"\xff\xfe\x00", b'{"kl": 1']
)
def test_what_is_no_log_is_one_clear_error(data: bytes) -> None:
    with pytest.raises(KlcliError):
        read(data)


@pytest.mark.parametrize("text", ['{"kl": 1}\n{"kl": 2}', '[{"kl": 1}, {"kl": 2}]', "kl\n1\n2\n"])
def test_a_byte_order_mark(text: str) -> None:
    (found,) = read("\ufeff" + text)
    assert (found.name, found.values) == ("kl", [1, 2])
