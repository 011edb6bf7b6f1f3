"""Who reads the files, as the options say it."""

from __future__ import annotations

import pytest

from klcli.cli.options.parallelism import Engine, engine
from klcli.errors import KlcliError

ADDRESS = "tcp://host:8786"


@pytest.mark.parametrize(
    ("name", "jobs", "scheduler", "expected"),
    [
        (None, None, None, Engine(1)),
        (None, 3, None, Engine(3)),
        ("local", 3, None, Engine(3)),
        (None, None, ADDRESS, Engine(1, ADDRESS)),
        ("dask", None, ADDRESS, Engine(1, ADDRESS)),
    ],
)
def test_what_the_options_say(
    name: str | None, jobs: int | None, scheduler: str | None, expected: Engine
) -> None:
    assert engine({"engine": name, "jobs": jobs, "scheduler": scheduler}) == expected


@pytest.mark.parametrize(
    ("name", "jobs", "scheduler", "message"),
    [
        ("dask", None, None, "needs the address of a cluster"),
        ("local", None, ADDRESS, "on this machine, and --scheduler on a cluster"),
        ("dask", 2, ADDRESS, "--jobs counts processes of this machine"),
    ],
)
def test_what_contradicts_itself(name: str, jobs: int | None, scheduler: str | None, message: str) -> None:
    with pytest.raises(KlcliError, match=message):
        engine({"engine": name, "jobs": jobs, "scheduler": scheduler})
