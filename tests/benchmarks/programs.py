"""Generated programs against an oracle: how many verdicts and corrections are wrong, by class.

``python -m tests.benchmarks.programs --count 20000 --first 0``; what is wrong is printed as it is met.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from collections import Counter

from tests.benchmarks.table import print_table
from tests.judge.programs.agreement import Outcome, outcome

COUNT = 2000
STEP = 100
"""Programs between two lines of progress."""


class Tally:
    """How often what was found, of all programs so far."""

    def __init__(self) -> None:
        self.pairs: Counter[tuple[str, str]] = Counter()
        self.kinds: Counter[str] = Counter()
        self.seconds: list[float] = []

    def add(self, found: Outcome) -> None:
        """Count an answer."""
        self.pairs[found.expected, found.found] += 1
        self.seconds.append(found.seconds)
        self.kinds["false status 0"] += found.is_false_pass
        self.kinds["wrong verdicts"] += found.is_wrong
        self.kinds["wrong corrections"] += found.has_wrong_correction
        self.kinds["wrong numbers or conditions"] += found.has_wrong_detail
        self.kinds["unreadable"] += found.found == "unreadable"

    def rows(self) -> list[tuple[str, str, str]]:
        """How often each verdict was given, by that of the oracle."""
        return [(expected, found, str(count)) for (expected, found), count in sorted(self.pairs.items())]


def run(first: int, count: int) -> Tally:
    """Judge programs by their numbers; what is wrong, and every crash, is printed at once."""
    tally = Tally()
    for seed in range(first, first + count):
        try:
            found = outcome(seed)
        except Exception:
            tally.kinds["crashes"] += 1
            print(f"\n{seed}\n{traceback.format_exc()}", flush=True)
            continue
        tally.add(found)
        if found.problems or found.is_false_pass:
            print(f"\n{seed}: {'; '.join(found.problems)}\n{found.program.text}", flush=True)
        if (seed + 1 - first) % STEP == 0:
            print(f"{seed + 1 - first} programs: {dict(tally.kinds)}", file=sys.stderr, flush=True)
    return tally


def main(arguments: list[str] | None = None) -> None:
    """Print what is wrong, and the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=0, help="the number of the first program")
    parser.add_argument("--count", type=int, default=COUNT, help="how many programs")
    given = parser.parse_args(arguments)
    tally = run(given.first, given.count)
    print_table(f"{given.count} generated programs", ("oracle", "klcli", "programs"), tally.rows())
    kinds = [(word, str(count)) for word, count in tally.kinds.items()]
    print_table("What is wrong", ("", "programs"), kinds)
    times = sorted(tally.seconds)
    middle, worst = times[len(times) // 2], times[-1]
    print_table(
        "CPU a program", ("", "ms"), [("median", f"{1000 * middle:.1f}"), ("worst", f"{1000 * worst:.0f}")]
    )


if __name__ == "__main__":
    main()
