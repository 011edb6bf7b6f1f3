"""Who reads the files: this process, several, or the workers of a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from klcli.cli.options.engines import Engine
from klcli.errors import KlcliError
from klcli.tables.extras import needed

__all__ = ["workers"]

_SECONDS = 30
"""How long a scheduler may take to answer."""


@contextmanager
def workers(engine: Engine, tables: int) -> Iterator[Executor | None]:
    """An executor whose workers take a file each; None where this process reads them one by one.

    Args:
        engine: who reads; the workers of a cluster see the same files by the same names.
        tables: files that there are.

    Raises:
        KlcliError: Dask is missing, or nobody answers at the address.
    """
    jobs, scheduler = min(engine.jobs, tables), engine.scheduler
    if scheduler is not None:
        distributed = needed("distributed", "dask", "--scheduler is the address of a Dask cluster")
        try:
            client = distributed.Client(scheduler, timeout=_SECONDS)
        except (OSError, ValueError, TimeoutError) as error:
            said = str(error).splitlines()[0]
            raise KlcliError(
                f"no scheduler answers at {scheduler}: {said}",
                "dask scheduler prints its address at its start",
            ) from None
        with client:
            yield client.get_executor()
    elif jobs > 1:
        from concurrent.futures import ProcessPoolExecutor

        with ProcessPoolExecutor(jobs) as executor:
            yield executor
    else:
        yield None
