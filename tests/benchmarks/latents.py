"""Reading speed and memory of `klcli latents` beside numpy, polars and pandas over the same files, and accuracy.

`python -m tests.benchmarks.latents [ROWS ...]` prints a table for each number of rows, by default 1e5, 1e6 and
1e7, of 16 latents. Every contender is a process of its own: its CPU and the most memory it held are the
system's figures. numpy, polars and pandas load the file, compute the textbook KL of every entry, and sum.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import mpmath
import numpy as np

from tests.benchmarks.peers import usable
from tests.benchmarks.table import print_table

ROWS = (100_000, 1_000_000, 10_000_000)
FAR = 1_000_000_000
"""Rows that nobody reads here: their time is that of the most rows that were read, times a number."""
WORKERS = (1, 8, 64)
LATENTS = 16
_BLOCK = 100_000
_WRITE = "--write"
_SUM = "print(float((0.5 * (numpy.exp(s) - 1 - s + m * m)).sum()))"
_COLUMNS = "[[f'{name}_{j}' for j in range(16)] for name in ('mu', 'logvar')]"
CONTENDERS = {
    "npy": {
        "numpy": "import numpy; m, s = numpy.load('mu.npy'), numpy.load('logvar.npy'); " + _SUM,
        "klcli.kl and sums": (
            "import numpy, klcli; m, s = numpy.load('mu.npy'), numpy.load('logvar.npy'); "
            "k = klcli.kl(m, s, parameterization='logvar'); print(k.sum(), k.sum(0).sum(), k.sum(1).mean(), "
            "m.mean(0).sum(), m.var(0).sum(), s.min(0).sum())"
        ),
    },
    "csv": {
        "polars": (
            "import numpy, polars; t = polars.read_csv('t.csv'); "
            f"m, s = (t.select(names).to_numpy() for names in {_COLUMNS}); " + _SUM
        ),
        "pandas": (
            "import numpy, pandas; t = pandas.read_csv('t.csv'); "
            f"m, s = (t[names].to_numpy() for names in {_COLUMNS}); " + _SUM
        ),
        "numpy": (
            "import numpy; t = numpy.loadtxt('t.csv', delimiter=',', skiprows=1); m, s = t[:, :16], t[:, 16:]; "
            + _SUM
        ),
    },
    "parquet": {
        "pyarrow": (
            "import numpy; from pyarrow.parquet import read_table; t = read_table('t.parquet'); m, s = "
            f"(numpy.stack([t[n].to_numpy() for n in names], axis=1) for names in {_COLUMNS}); " + _SUM
        ),
        "polars": (
            "import numpy, polars; t = polars.read_parquet('t.parquet'); "
            f"m, s = (t.select(names).to_numpy() for names in {_COLUMNS}); " + _SUM
        ),
    },
}
OURS = {
    "npy": ("--mean", "mu.npy", "--logvar", "logvar.npy"),
    "csv": ("t.csv",),
    "parquet": ("t.parquet",),
}


def write(folder: Path, rows: int) -> None:
    """The same posteriors in every format, block by block."""
    rng = np.random.default_rng(0)
    files = [
        np.lib.format.open_memmap(folder / f"{n}.npy", "w+", "f8", (rows, LATENTS)) for n in ("mu", "logvar")
    ]
    names = [f"{name}_{j}" for name in ("mu", "logvar") for j in range(LATENTS)]
    with (folder / "t.csv").open("w") as text:
        text.write(",".join(names) + "\n")
        for start in range(0, rows, _BLOCK):
            stop = min(start + _BLOCK, rows)
            block = rng.normal(scale=0.5, size=(stop - start, 2 * LATENTS))
            files[0][start:stop], files[1][start:stop] = block[:, :LATENTS], block[:, LATENTS:]
            np.savetxt(text, block, delimiter=",", fmt="%.9g")
    for file in files:
        file.flush()
    if usable("pyarrow", lambda: __import__("pyarrow") is not None):
        _write_parquet(folder, names)


def _write_parquet(folder: Path, names: list[str]) -> None:
    import pyarrow
    from pyarrow import parquet

    mean, head = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("mu", "logvar"))
    schema = pyarrow.schema([(name, pyarrow.float64()) for name in names])
    with parquet.ParquetWriter(folder / "t.parquet", schema) as writer:
        for start in range(0, len(mean), _BLOCK):
            block = np.hstack([mean[start : start + _BLOCK], head[start : start + _BLOCK]])
            writer.write_table(pyarrow.table(dict(zip(names, block.T.copy(), strict=True))))


def spent(folder: Path, arguments: tuple[str, ...]) -> tuple[float, float]:
    """The seconds of CPU of a process, and the mebibytes of memory that it held at most."""
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "POLARS_MAX_THREADS": "1",
        "PYTHONPATH": str(Path.cwd()),
    }
    running = subprocess.Popen(
        [sys.executable, *arguments], cwd=folder, stdout=subprocess.DEVNULL, env=environment
    )
    _, status, used = os.wait4(running.pid, 0)
    running.returncode = status
    if status:
        raise RuntimeError(f"{arguments[0]} ended with {status}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def rows_of(folder: Path, rows: int) -> list[tuple[str, ...]]:
    """Each contender's rows a second, its memory, and its CPU divided by that of klcli over the same file."""
    bare = spent(folder, ("-c", "import numpy"))[0]
    made = []
    for kind, others in CONTENDERS.items():
        if not (folder / ("mu.npy" if kind == "npy" else f"t.{kind}")).exists():
            continue
        commands = {"klcli latents": ("-m", "klcli", "latents", *OURS[kind], "-q")}
        commands |= {name: ("-c", code) for name, code in others.items()}
        found = dict(_each(folder, commands))
        if "klcli latents" not in found:
            continue
        own = max(found["klcli latents"][0] - bare, 1e-9)
        for name, (cpu, memory) in found.items():
            net = max(cpu - bare, 1e-9)
            made.append((f"{kind}: {name}", f"{rows / net:,.0f}", f"{memory:,.0f}", f"{net / own:.2f}"))
    return made


def _each(folder: Path, commands: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, tuple[float, float]]]:
    """What every contender that is installed spends."""
    for name, arguments in commands.items():
        try:
            yield name, spent(folder, arguments)
        except RuntimeError as error:
            print(f"{name}: {error}")


def on_paper(rates: Mapping[str, float]) -> list[tuple[str, ...]]:
    """How long `FAR` rows would take at the rates that were measured, if workers do not wait for each other."""
    return [
        (kind, *(f"{FAR / rate / workers / 3600:.2f} h" for workers in WORKERS))
        for kind, rate in rates.items()
    ]


def accuracy() -> list[tuple[str, ...]]:
    """The relative error of the mean KL near collapse, against mpmath, of the textbook expression and of ours."""
    from klcli.gaussian.kernel import divergence

    made = []
    for size in ("1e-3", "1e-6", "1e-9", "1e-12"):
        s = np.random.default_rng(1).normal(scale=float(size), size=10_000)
        with mpmath.workdps(60):
            true = sum((mpmath.expm1(mpmath.mpf(x)) - mpmath.mpf(x)) / 2 for x in s.tolist())
            textbook = float((0.5 * (np.exp(s) - 1 - s)).sum())
            ours = float(divergence(np.zeros_like(s), s, parameterization="logvar").sum())
            errors = (abs(value / true - 1) for value in (textbook, ours))
            made.append((f"log-variances of {size}", *(f"{Decimal(float(error)):.1e}" for error in errors)))
    return made


def main(arguments: list[str]) -> None:
    """Print the tables."""
    if arguments[:1] == [_WRITE]:
        write(Path(arguments[1]), int(arguments[2]))
        return
    rates: Mapping[str, float] = {}
    for rows in [int(float(text)) for text in arguments] or ROWS:
        with tempfile.TemporaryDirectory() as folder:
            # By a process of its own: what a process holds at most counts what it was forked from.
            subprocess.run(
                [sys.executable, "-m", "tests.benchmarks.latents", _WRITE, folder, str(rows)], check=True
            )
            title = f"{rows:,} rows of {LATENTS} latents; CPU without the start of numpy"
            columns = ("", "rows a second", "MiB", "CPU over klcli's")
            made = rows_of(Path(folder), rows)
            print_table(title, columns, made)
            own = {name: row for name, row, *_ in made if name.endswith("klcli latents")}
            rates = {name: float(rate.replace(",", "")) for name, rate in own.items()}
    print_table(
        f"{FAR:,} rows of {LATENTS} latents on paper, from the last rates above",
        ("", *(f"{workers} workers" for workers in WORKERS)),
        on_paper(rates),
    )
    print_table("relative error of the summed KL", ("", "textbook", "klcli"), accuracy())


if __name__ == "__main__":
    main(sys.argv[1:])
