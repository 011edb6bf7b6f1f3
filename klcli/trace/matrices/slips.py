"""What stands by mistake in the place of a term of a KL of matrices, in numbers and as a formula."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from klcli.judge.spaces.matrices.term_weights import MatrixTerm
from klcli.judge.ways import Side
from klcli.trace.matrices.numpy_operations import NumPyArray
from klcli.values import dataclass

Numbers: TypeAlias = "Mapping[str, NumPyArray]"
"""Covariance matrices ``q`` and ``p``, the ``factor`` of the first, the ``distance`` of the means."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A term that is none of a KL.

    Attributes:
        term: in whose place it stands.
        needs: what it is made of.
        value: of NumPy and these.
        text: the formula, with their names.
        words: what is wrong.
    """

    term: MatrixTerm
    needs: tuple[str, ...]
    value: Callable[[Any, Numbers], NumPyArray]
    text: str
    words: str


def _trace(np: Any, array: NumPyArray) -> NumPyArray:
    return np.asarray(np.trace(array, axis1=-2, axis2=-1))  # type: ignore[no-any-return]


def _diagonal(np: Any, array: NumPyArray) -> NumPyArray:
    return np.asarray(np.diagonal(array, axis1=-2, axis2=-1))  # type: ignore[no-any-return]


def _logs(side: Side) -> Callable[[Any, Numbers], NumPyArray]:
    return lambda np, own: np.log(_diagonal(np, own[side])).sum(-1)


SLIPS: Mapping[str, Slip] = {
    "trace of the factor": Slip(
        "trace",
        ("factor",),
        lambda np, own: _trace(np, own["factor"]),
        "trace({factor})",
        "the trace is that of the factor",
    ),
    "trace of the square": Slip(
        "trace",
        ("q",),
        lambda np, own: (own["q"] ** 2).sum((-1, -2)),
        "trace({q} @ {q})",
        "the trace is that of the square of the covariance matrix",
    ),
    "trace without the prior": Slip(
        "trace",
        ("q", "p"),
        lambda np, own: _trace(np, own["q"]),
        "trace({q})",
        "the trace is without the matrix of the prior",
    ),
    "trace of the product": Slip(
        "trace",
        ("q", "p"),
        lambda np, own: _trace(np, own["p"] @ own["q"]),
        "trace({p} @ {q})",
        "the trace has the prior's matrix in the place of its inverse",
    ),
    "trace upside down": Slip(
        "trace",
        ("q", "p"),
        lambda np, own: _trace(np, np.linalg.solve(*np.broadcast_arrays(own["q"], own["p"]))),
        "trace(inv({q}) @ {p})",
        "the trace has the inverse of the wrong matrix",
    ),
    "trace of the diagonals": Slip(
        "trace",
        ("q", "p"),
        lambda np, own: (_diagonal(np, own["q"]) / _diagonal(np, own["p"])).sum(-1),
        "sum(diagonal({q}) / diagonal({p}))",
        "the trace is that of the diagonals alone",
    ),
    "distance without the prior": Slip(
        "mahalanobis",
        ("p", "distance"),
        lambda np, own: (own["distance"] ** 2).sum(-1),
        "{distance} @ {distance}",
        "the distance of the means is without the matrix of the prior",
    ),
    "distance times the prior": Slip(
        "mahalanobis",
        ("p", "distance"),
        lambda np, own: (own["distance"] * (own["p"] @ own["distance"][..., None])[..., 0]).sum(-1),
        "{distance} @ {p} @ {distance}",
        "the distance of the means has the prior's matrix in the place of its inverse",
    ),
    "distance over the diagonal": Slip(
        "mahalanobis",
        ("p", "distance"),
        lambda np, own: (own["distance"] ** 2 / _diagonal(np, own["p"])).sum(-1),
        "sum({distance}**2 / diagonal({p}))",
        "the distance of the means has the diagonal of the prior's matrix alone",
    ),
    "logarithms of the diagonal": Slip(
        "logdet_q",
        ("q",),
        _logs("q"),
        "sum(log(diagonal({q})))",
        "the log-determinant is that of the diagonal alone",
    ),
    "logarithms of the prior's diagonal": Slip(
        "logdet_p",
        ("p",),
        _logs("p"),
        "sum(log(diagonal({p})))",
        "the log-determinant of the prior is that of the diagonal alone",
    ),
}


def slips_of(own: Numbers) -> Iterator[tuple[str, Slip]]:
    """The slips that some Gaussians can have: traces of the posterior alone where the prior has no matrix."""
    for name, slip in SLIPS.items():
        is_of_one = slip.term == "trace" and "p" not in slip.needs
        if set(slip.needs) <= set(own) and not (is_of_one and "p" in own):
            yield name, slip
