"""Log ratios of many files: the same digits whoever reads them."""

from __future__ import annotations

import os
import pickle
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klcli.cli.options.parallelism import Engine
from klcli.cli.workers import workers
from klcli.errors import KlcliError
from klcli.samples.estimates import estimation
from klcli.tables.collected_log_ratios import LogRatios
from klcli.tables.inputs import Input
from klcli.tables.log_ratio_columns import RatioColumns
from klcli.tables.many_files import collected
from klcli.tables.ratio_blocks import RatioWork

WORK = RatioWork(RatioColumns())
RNG = numpy.random.default_rng(11)


def written(folder: Path, count: int = 5) -> list[Input]:
    """Files of sequences of tokens, with a mask."""
    for number in range(count):
        log_q = RNG.normal(-2, 1, (60, 7))
        mask = (numpy.arange(7) < RNG.integers(1, 8, (60, 1))).astype(int)
        log_p = log_q + 0.2 * RNG.normal(size=(60, 7))
        numpy.savez(folder / f"{number}.npz", logprobs=log_q, ref_logprobs=log_p, response_mask=mask)
    return [Input((str(folder / f"{number}.npz"),), number) for number in range(count)]


def digits(found: LogRatios) -> object:
    """All that is said of what was read."""
    tokens = found.tokens
    assert tokens
    estimates = estimation(found.sums)
    return found.table("all"), estimates, tokens.estimates("valid"), found.sums.spread.bins(48)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> list[Input]:
    return written(tmp_path_factory.mktemp("rollouts"))


@pytest.fixture(scope="module")
def packed(tables: list[Input]) -> list[bytes]:
    """What is read of each table, as it goes from a worker."""
    return [pickle.dumps(collected([table], WORK)) for table in tables]


@pytest.fixture(scope="module")
def whole(tables: list[Input]) -> object:
    return digits(collected(tables, WORK))


@given(order=st.permutations(range(5)))
@settings(max_examples=25)
def test_files_merge_in_any_order_with_the_same_digits(
    packed: list[bytes], whole: object, order: list[int]
) -> None:
    parts = [pickle.loads(packed[number]) for number in order]
    merged = parts[0]
    for part in parts[1:]:
        merged.merge(part)
    assert digits(merged) == whole


def test_against_numpy(tables: list[Input]) -> None:
    found = collected(tables, WORK)
    sums, every = [], []
    for table in tables:
        arrays = numpy.load(table.paths[0])
        ratio = numpy.where(arrays["response_mask"] == 1, arrays["logprobs"] - arrays["ref_logprobs"], 0.0)
        sums.append(ratio.sum(axis=1))
        every.append(ratio[arrays["response_mask"] == 1])
    read = found.table("all")
    assert (read.rows, read.grouped_rows, read.files) == (300, sum(map(len, every)), 5)
    assert estimation(found.sums).k1.value == pytest.approx(numpy.concatenate(sums).mean(), rel=1e-12)
    assert found.tokens
    assert found.tokens.means["k1"].mean == pytest.approx(numpy.concatenate(every).mean(), rel=1e-12)


def test_an_executor_finds_the_same(tables: list[Input]) -> None:
    with ThreadPoolExecutor(3) as executor:
        assert digits(collected(tables, WORK, executor)) == digits(collected(tables, WORK))


def test_a_cluster_of_which_a_worker_dies(tables: list[Input]) -> None:
    """Two workers, one of which is killed in the middle: what it had begun is done by the other."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=None) as cluster:
        victim = next(iter(cluster.workers.values())).pid
        with workers(Engine(1, cluster.scheduler_address), 5) as executor:
            assert executor is not None
            executor.submit(os.kill, victim, signal.SIGKILL)
            found = collected(tables, WORK, executor)
    assert digits(found) == digits(collected(tables, WORK))


def test_tokens_beside_rows_that_are_samples(tables: list[Input], tmp_path: Path) -> None:
    numpy.savetxt(
        tmp_path / "t.csv", RNG.normal(size=(9, 2)), header="log_q,log_p", comments="", delimiter=","
    )
    plain = Input((str(tmp_path / "t.csv"),), 5)
    with pytest.raises(KlcliError, match="has several rows or numbers for a sample"):
        collected([*tables, plain], WORK)


def test_the_first_infinite_row_is_that_of_the_first_file(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.csv").write_text("log_q,log_p\n-1,-1\n-1," + ("-inf\n" if number else "-2\n"))
    tables = [Input((str(tmp_path / f"{number}.csv"),), number) for number in range(3)]
    parts = [collected([table], WORK) for table in tables[::-1]]
    parts[0].merge(parts[1])
    parts[0].merge(parts[2])
    assert parts[0].table("all").first_infinite == f"line 3 of {tmp_path}/1.csv"
    assert parts[0].name == f"{tmp_path}/0.csv"


def test_a_suspected_group_is_said_of_all(tmp_path: Path) -> None:
    text = "id,log_q,log_p\n" + "".join(f"{row // 3},-1.{row},-1.5\n" for row in range(60))
    (tmp_path / "0.csv").write_text("log_q,log_p\n-1,-2\n-2,-3\n")
    (tmp_path / "1.csv").write_text(text)
    found = collected([Input((str(tmp_path / f"{n}.csv"),), n) for n in range(2)], WORK)
    assert found.table("all").suspected_group == "id"


def test_what_is_wrong_names_its_file(tmp_path: Path) -> None:
    (tmp_path / "0.csv").write_text("log_q,log_p\n-1,-2\n-2,-3\n")
    (tmp_path / "1.csv").write_text("log_q,log_p\n-1,-2\n-2,\n")
    tables = [Input((str(tmp_path / f"{n}.csv"),), n) for n in range(2)]
    with pytest.raises(KlcliError, match=r"1.csv: line 3, column log_p: the number is missing"):
        collected(tables, WORK)
    with pytest.raises(KlcliError, match=r"^line 3, column log_p"):
        collected(tables[1:], WORK)


def test_a_mask_in_some_files(tables: list[Input], tmp_path: Path) -> None:
    log_q = RNG.normal(-2, 1, (60, 7))
    numpy.savez(tmp_path / "plain.npz", logprobs=log_q, ref_logprobs=log_q - 0.1)
    plain = Input((str(tmp_path / "plain.npz"),), len(tables))
    with pytest.raises(KlcliError, match=r"0\.npz has a mask, .*plain\.npz has none"):
        collected([*tables, plain], WORK)
    assert collected([plain, plain], WORK).files == 2
