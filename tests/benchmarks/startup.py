"""Start-up in CPU as multiples of a bare `import numpy` with its threads, from interleaved runs of processes."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial

from tests.benchmarks.peers import usable
from tests.benchmarks.table import print_table

ROUNDS = 15
FORMULA = "-0.5 * (1 + logvar - mu**2 - exp(logvar))"
POINT = ("--mu", "0.3", "--sigma", "1.2")
_ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if name != "PYTHONDONTWRITEBYTECODE" and not name.endswith("_NUM_THREADS")
}
"""Of somebody who has set nothing: bytecode is kept from the first run on, numpy has its threads."""
COMMANDS = {
    "python -c pass": ("-c", "pass"),
    "import numpy": ("-c", "import numpy"),
    "klcli --help": ("-m", "klcli", "--help"),
    "klcli compute": ("-m", "klcli", "compute", *POINT),
    "klcli compute -q": ("-m", "klcli", "compute", *POINT, "-q"),
    "klcli compute --json": ("-m", "klcli", "compute", *POINT, "--json"),
    "klcli compare": ("-m", "klcli", "compare"),
    "klcli compare --param var": ("-m", "klcli", "compare", "--param", "var"),
    "klcli verify": ("-m", "klcli", "verify", "--", FORMULA),
    "klcli lint FILE": ("-m", "klcli", "lint", "examples/near_the_prior.py"),
    "import torch.distributions": ("-c", "import torch.distributions"),
}


def run(arguments: tuple[str, ...]) -> bool:
    """Whether a process ends well; it raises what it says last if it does not."""
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError("".join(done.stderr.splitlines()[-1:]))
    return True


def seconds(arguments: tuple[str, ...]) -> float:
    """The CPU that one process takes, its own and the system's for it."""
    quiet = subprocess.DEVNULL
    running = subprocess.Popen([sys.executable, *arguments], stdout=quiet, stderr=quiet, env=_ENVIRONMENT)
    _, _, used = os.wait4(running.pid, 0)
    running.returncode = 0
    return used.ru_utime + used.ru_stime


def rows() -> list[tuple[str, str, str]]:
    """For each command the ratios of the least CPU of all rounds to that of the first two."""
    working = {
        name: arguments for name, arguments in COMMANDS.items() if usable(name, partial(run, arguments))
    }
    least = dict.fromkeys(working, float("inf"))
    for _ in range(ROUNDS):
        for name, arguments in working.items():
            least[name] = min(least[name], seconds(arguments))
    bare, numpy = list(least.values())[:2]
    return [(name, f"{value / bare:.1f}", f"{value / numpy:.2f}") for name, value in least.items()]


def main() -> None:
    """Print the table."""
    print_table("Start-up, CPU", ("", "to bare Python", "to import numpy"), rows())


if __name__ == "__main__":
    main()
