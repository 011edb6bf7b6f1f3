"""Who reads the files does not matter."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy
import pytest

from klcli.cli.options.parallelism import Engine
from klcli.cli.workers import workers
from klcli.errors import KlcliError
from klcli.gaussian.distribution import Gaussian
from klcli.latents.many_tables import TableQuestion, collected
from klcli.latents.posterior_blocks import Choice
from klcli.tables.inputs import Input
from tests.cli.conftest import Klcli

WORK = TableQuestion(Choice(None, {}, Gaussian.from_head(0, 1)))


class Client(AbstractContextManager[Any]):
    """Of a cluster that answers."""

    def __exit__(self, *ending: object) -> None:
        pass

    def get_executor(self) -> None:
        """Nobody."""


def files(folder: Path, count: int) -> list[Input]:
    rng = numpy.random.default_rng(15)
    for number in range(count):
        arrays = {name: rng.normal(size=(50, 2)) for name in ("mu", "logvar")}
        numpy.savez(folder / f"{number}.npz", **arrays)
    return [Input((str(folder / f"{number}.npz"),), number) for number in range(count)]


def test_one_file_needs_nobody() -> None:
    with workers(Engine(8), 1) as executor:
        assert executor is None


def test_processes_find_the_same(klcli: Klcli, tmp_path: Path) -> None:
    files(tmp_path, 3)
    alone = klcli("latents", str(tmp_path), "-q").out
    assert klcli("latents", str(tmp_path), "-q", "--jobs", "2").out == alone
    with workers(Engine(2), 3) as executor:
        assert isinstance(executor, ProcessPoolExecutor)


def test_a_scheduler_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("klcli.cli.workers._SECONDS", 1)
    with (
        pytest.raises(KlcliError, match="no scheduler answers at"),
        workers(Engine(1, "tcp://127.0.0.1:1"), 1),
    ):
        pass


@pytest.mark.parametrize(
    ("error", "said"),
    [(TimeoutError(), "TimeoutError"), (OSError("refused\nby the host"), "refused"), (ValueError("x"), "x")],
)
def test_what_a_scheduler_that_does_not_answer_says(
    monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    def client(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("klcli.cli.workers.needed", lambda *_: SimpleNamespace(Client=client))
    with (
        pytest.raises(KlcliError, match=f"no scheduler answers at tcp://nobody: {said}$"),
        workers(Engine(1, "tcp://nobody"), 1),
    ):
        pass


@pytest.mark.parametrize(
    ("error", "said"), [(TimeoutError(), "TimeoutError"), (OSError("closed\nby the host"), "closed")]
)
def test_a_cluster_that_is_lost_says_why(
    monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    distributed = SimpleNamespace(Client=lambda *_, **__: Client(), KilledWorker=KeyError)
    monkeypatch.setattr("klcli.cli.workers.needed", lambda *_: distributed)
    with (
        pytest.raises(KlcliError, match=f"the cluster at tcp://nobody is lost: {said}$"),
        workers(Engine(1, "tcp://nobody"), 1),
    ):
        raise error


def test_a_cluster_of_which_a_worker_dies(tmp_path: Path) -> None:
    """Two workers, one of which is killed in the middle: what it had begun is done by the other."""
    distributed = pytest.importorskip("distributed")
    tables = files(tmp_path, 8)
    alone = collected(tables, WORK).statistics
    with distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=None) as cluster:
        victim = next(iter(cluster.workers.values())).pid
        with workers(Engine(1, cluster.scheduler_address), 8) as executor:
            assert executor is not None
            executor.submit(os.kill, victim, signal.SIGKILL)
            found = collected(tables, WORK, executor).statistics
    assert (found.kl.values, found.examples) == (alone.kl.values, 400)
