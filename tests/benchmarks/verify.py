"""The verifier: one formula with its proof against `import numpy`, and many formulas without a start-up each."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median

from tests.benchmarks.startup import seconds
from tests.benchmarks.table import print_table

ROUNDS = 9
FORMULA = "-0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())"
COMMANDS = {
    "import numpy": ("-c", "import numpy"),
    "klcli verify": ("-m", "klcli", "verify", FORMULA),
    "klcli verify --no-prove": ("-m", "klcli", "verify", FORMULA, "--no-prove"),
    "klcli verify, wrong": ("-m", "klcli", "verify", FORMULA.replace("1 + logvar", "1 + 2 * logvar")),
    "klcli verify --prove": ("-m", "klcli", "verify", FORMULA, "--prove"),
}
LINES = (
    FORMULA,
    "-0.5*(1 + log_sigma - mu**2 - torch.exp(2*log_sigma))",
    "-1/2 (1 + log var - mu^2 - var)",
    "-(1 + s - mu^2 - e^s)",
    "-0.5*(1 + logvar + mu^2 - exp(logvar))",
    "log(s2/s1) + (s1^2 + (mu1 - mu2)^2)/(2 s2^2) - 1/2",
    "-0.5 + torch.sum(1 + logvar - mu.pow(2) - logvar.exp())",
    "0.5*(torch.exp(2*s) + mu**2 - 1) - s",
)
COUNT = 1000


def rows() -> list[tuple[str, str]]:
    """For each command the median ratio of its time to that of importing numpy, round by round."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, arguments in COMMANDS.items():
            times[name].append(seconds(arguments))
    base = times["import numpy"]
    return [
        (name, f"{median(value / other for value, other in zip(values, base, strict=True)):.2f}")
        for name, values in times.items()
    ]


def of_file(*options: str) -> float:
    """Milliseconds for each of a thousand formulas, half of them wrong."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "formulas.txt"
        path.write_text("\n".join(LINES[number % len(LINES)] for number in range(COUNT)), encoding="utf-8")
        start = time.perf_counter()
        seconds(("-m", "klcli", "verify", "--file", str(path), *options))
        return 1000 * (time.perf_counter() - start) / COUNT


def main() -> None:
    """Print both tables."""
    print_table("Verify, one formula", ("", "to import numpy"), rows())
    many = [("with proofs", f"{of_file():.1f}"), ("--no-prove", f"{of_file('--no-prove'):.1f}")]
    print_table(f"Verify, a file of {COUNT} formulas", ("", "ms each"), many)


if __name__ == "__main__":
    main()
