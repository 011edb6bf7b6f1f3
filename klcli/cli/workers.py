"""Who reads the files: this process, several, or the workers of a cluster."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor
from contextlib import contextmanager
from typing import Any

from klcli.cli.options.parallelism import Engine
from klcli.errors import KlcliError, first_line
from klcli.tables.extras import needed

_SECONDS = 30
"""How long a scheduler may take to answer."""


@contextmanager
def workers(engine: Engine, tables: int) -> Iterator[Executor | None]:
    """An executor whose workers take a file each; None where this process reads them one by one.

    They end with the ``with``, also in the middle of a file.

    Args:
        engine: who reads; the workers of a cluster see the same files by the same names.
        tables: files that there are.

    Raises:
        KlcliError: Dask is missing, nobody answers at the address, or workers are lost.
    """
    jobs = min(engine.jobs, tables)
    if engine.scheduler is not None:
        with _cluster(engine.scheduler) as executor:
            yield executor
    elif jobs > 1:
        with _processes(jobs) as executor:
            yield executor
    else:
        yield None


@contextmanager
def _processes(jobs: int) -> Iterator[Executor]:
    from klcli.cli.process_pool import process_pool

    try:
        # Ctrl-C reaches all processes at once, and only this one has something to say.
        with process_pool(jobs, signal.signal, signal.SIGINT, signal.SIG_IGN) as executor:
            yield executor
    except BrokenExecutor:
        raise KlcliError(
            "a process that read a file died, perhaps for want of memory", "fewer at a time: --jobs 1"
        ) from None


@contextmanager
def _cluster(scheduler: str) -> Iterator[Any]:
    distributed = needed("distributed", "dask", "--scheduler is the address of a Dask cluster")
    try:
        client = distributed.Client(scheduler, timeout=_SECONDS)
    except (OSError, ValueError, TimeoutError) as error:
        raise KlcliError(
            f"no scheduler answers at {scheduler}: {first_line(error)}",
            "dask scheduler prints its address at its start",
        ) from None
    with client:
        try:
            yield client.get_executor()
        except (distributed.KilledWorker, CancelledError, OSError, TimeoutError) as error:
            raise KlcliError(
                f"the cluster at {scheduler} is lost: {first_line(error)}", "start it anew"
            ) from None
        except ImportError as error:
            raise KlcliError(
                f"the workers of the cluster at {scheduler} lack a module: {error}",
                "they need the same klcli, and its extras, as this machine",
            ) from None
