"""Watching a stretch of a program in process: ``with klcli.watch() as seen: loss = step(batch)``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from klcli.errors import KlcliError
from klcli.render import plain
from klcli.report.report import Report
from klcli.report.trace import trace_report
from klcli.trace.anatomy import Anatomy
from klcli.trace.findings import TraceFinding
from klcli.trace.recorders.frameworks import WATCHED
from klcli.trace.recorders.watching import Watching
from klcli.trace.recording import read_recording
from klcli.trace.run_summary import Watched, watched
from klcli.trace.samplers import Sample
from klcli.trace.terms import Term


class Seen:
    """What was seen of a stretch of a program, complete once that is left; printed, it is the report."""

    def __init__(self) -> None:
        self._watched: Watched | None = None

    @property
    def watched(self) -> Watched:
        """Everything that was seen.

        Raises:
            KlcliError: the stretch is not over.
        """
        if self._watched is None:
            raise KlcliError("nothing is known before the with statement ends", "ask for it behind that")
        return self._watched

    @property
    def losses(self) -> tuple[Anatomy, ...]:
        """The losses with their terms."""
        return self.watched.losses

    @property
    def terms(self) -> tuple[Term, ...]:
        """The terms of all losses."""
        return tuple(term for one in self.losses for term in one.terms)

    @property
    def samples(self) -> tuple[Sample, ...]:
        """The samples of the posteriors of its KLs."""
        return self.watched.samples

    @property
    def findings(self) -> tuple[TraceFinding, ...]:
        """What is wrong, or worth knowing."""
        return self.watched.findings

    @property
    def report(self) -> Report:
        """The report, for the formats of `klcli.render`."""
        return trace_report(self.watched)

    def __str__(self) -> str:
        return plain.render(self.report.document, unicode=True)


@contextmanager
def watch() -> Iterator[Seen]:
    """Watch what the frameworks compute that are loaded, and take the losses apart that are trained.

    The losses are those that ``backward`` was called on, or else the last single number with a gradient; of
    JAX what ``jax.grad``, ``jax.value_and_grad`` and ``jax.vjp`` differentiate, to be called inside.

    Raises:
        KlcliError: no framework that can be watched is loaded.
    """
    if not any(name in sys.modules for name in WATCHED):
        raise KlcliError(
            "no framework is loaded that can be watched", f"import one before: {', '.join(WATCHED)}"
        )
    seen = Seen()
    with Watching() as watching:
        yield seen
    document = watching.document()
    assert document
    seen._watched = watched(read_recording(document))
