"""Options that say who reads the files: this process, several, or the workers of a cluster."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from klcli.cli.help import added, in_group
from klcli.cli.options.types import Whole
from klcli.cli.options.words import WordChoice
from klcli.errors import KlcliError
from klcli.values import dataclass

_LOCAL, _DASK = "local", "dask"
_of_engines = in_group("Who reads the files")


@dataclass(frozen=True, slots=True)
class Engine:
    """Who reads files.

    Attributes:
        jobs: processes of this machine at a time.
        scheduler: the address of a Dask scheduler, whose workers read in their place; None without one.
    """

    jobs: int = 1
    scheduler: str | None = None


def engine_options(command: Any) -> Any:
    """Give a command the options that `engine` reads."""
    options = [
        # More than any machine has cores.
        _of_engines("--jobs", type=Whole(1, 1024, 4), help="Files that are read at a time; default 1."),
        _of_engines(
            "--engine",
            type=WordChoice((_LOCAL, _DASK)),
            help="local: processes of this machine; dask: a cluster.",
        ),
        _of_engines(
            "--scheduler", metavar="ADDRESS", help="Of a Dask cluster that sees the files: tcp://host:8786."
        ),
    ]
    return added(command, options)


def engine(options: Mapping[str, Any]) -> Engine:
    """What the options say; an address alone says dask.

    Raises:
        KlcliError: they contradict each other, or a cluster has no address.
    """
    name, jobs, scheduler = options["engine"], options["jobs"], options["scheduler"]
    if name == _DASK and scheduler is None:
        raise KlcliError(
            "--engine dask needs the address of a cluster",
            "--scheduler tcp://host:8786, which dask scheduler prints at its start",
        )
    if name == _LOCAL and scheduler is not None:
        raise KlcliError(
            "--engine local reads on this machine, and --scheduler on a cluster", "leave out one of them"
        )
    if jobs is not None and scheduler is not None:
        raise KlcliError(
            "--jobs counts processes of this machine, and --scheduler has workers of its own",
            "leave out --jobs",
        )
    return Engine(jobs or 1, scheduler)
