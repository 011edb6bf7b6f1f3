"""Generated programs against an oracle: how many verdicts and corrections are wrong, by class.

``python -m tests.benchmarks.programs --count 20000 --first 0``
"""

from __future__ import annotations

import argparse
from collections import Counter

from tests.benchmarks.table import print_table
from tests.judge.programs.agreement import Outcome, outcome

COUNT = 2000
SHOWN = 20


def rows(outcomes: Counter[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """How often each verdict was given, by that of the oracle."""
    return [(expected, found, str(count)) for (expected, found), count in sorted(outcomes.items())]


def run(first: int, count: int) -> tuple[Counter[tuple[str, str]], list[Outcome], list[float]]:
    """The verdicts by class, what is wrong, and the seconds of every program."""
    pairs: Counter[tuple[str, str]] = Counter()
    wrong, seconds = [], []
    for seed in range(first, first + count):
        found = outcome(seed)
        pairs[found.expected, found.found] += 1
        seconds.append(found.seconds)
        if found.problems:
            wrong.append(found)
    return pairs, wrong, seconds


def main(arguments: list[str] | None = None) -> None:
    """Print the tables, and the first of what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=0, help="the number of the first program")
    parser.add_argument("--count", type=int, default=COUNT, help="how many programs")
    given = parser.parse_args(arguments)
    pairs, wrong, seconds = run(given.first, given.count)
    print_table(f"{given.count} generated programs", ("oracle", "klcli", "programs"), rows(pairs))
    unread = [one for one in wrong if one.found == "unreadable"]
    kinds = [
        ("wrong verdicts", sum(one.is_wrong for one in wrong)),
        ("wrong corrections", sum(one.has_wrong_correction for one in wrong)),
        ("wrong numbers or conditions", sum(one.has_wrong_detail for one in wrong)),
        ("unreadable", len(unread)),
    ]
    print_table("What is wrong", ("", "programs"), [(word, str(count)) for word, count in kinds])
    times = sorted(seconds)
    middle, worst = times[len(times) // 2], times[-1]
    print_table(
        "CPU a program", ("", "ms"), [("median", f"{1000 * middle:.1f}"), ("worst", f"{1000 * worst:.0f}")]
    )
    for one in [*(one for one in wrong if one.found != "unreadable"), *unread][:SHOWN]:
        print(f"\n{one.program.text}\n  {'; '.join(one.problems)}")


if __name__ == "__main__":
    main()
