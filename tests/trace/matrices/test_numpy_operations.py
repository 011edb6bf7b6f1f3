"""NumPy in the place of a run's calls, against what torch computes where it is there, and by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from klcli.trace.matrices.numpy_operations import computed
from klcli.trace.programs import UnfollowedError
from tests.trace.recordings import leaf, node, recorded

LOWER = np.array([[2.0, 0.0, 0.0], [0.5, 1.5, 0.0], [-0.3, 0.2, 0.7]])
MATRIX = LOWER @ LOWER.T
RIGHT = np.array([[1.0, 2.0], [0.5, -1.0], [3.0, 0.25]])
JUNK = np.triu(np.full((3, 3), 9.0), 1)
"""What is above the diagonal of a triangle, and is not read."""


def of(op: str, *own: Any, shape: tuple[int, ...] = (), **more: Any) -> Any:
    """What an operation gives for some operands."""
    step = recorded(*(leaf(f"x{place}", ()) for place in range(len(own))), node(op, 0, shape=shape, **more))
    return computed(step.steps[len(own)], own)


def call(name: str, *own: Any, **more: Any) -> Any:
    return of("leaf", *own, call=name, **{"made_by": name, **more})


@pytest.mark.parametrize(
    ("name", "own", "more", "expected"),
    [
        ("cholesky", [MATRIX + JUNK], {}, LOWER),
        ("cholesky", [MATRIX], {"upper": True}, LOWER.T),
        ("solve_triangular", [LOWER + JUNK, RIGHT], {}, np.linalg.inv(LOWER) @ RIGHT),
        ("solve_triangular", [LOWER.T + JUNK.T, RIGHT], {"upper": True}, np.linalg.inv(LOWER.T) @ RIGHT),
        ("cholesky_solve", [RIGHT, LOWER], {}, np.linalg.inv(MATRIX) @ RIGHT),
        ("cholesky_solve", [RIGHT, LOWER.T], {"upper": True}, np.linalg.inv(MATRIX) @ RIGHT),
        ("cholesky_inverse", [LOWER], {}, np.linalg.inv(MATRIX)),
        ("solve", [MATRIX, RIGHT[:, 0]], {}, np.linalg.inv(MATRIX) @ RIGHT[:, 0]),
        ("solve", [np.stack([MATRIX, LOWER]), RIGHT[:, :1].T.repeat(2, 0)], {},
         np.stack([np.linalg.inv(one) @ RIGHT[:, 0] for one in (MATRIX, LOWER)])),
        ("matmul", [LOWER, RIGHT], {}, LOWER @ RIGHT),
        ("matmul", [RIGHT, LOWER], {"made_by": "rmatmul"}, LOWER @ RIGHT),
        ("logdet", [MATRIX], {}, 2 * np.log(2.0 * 1.5 * 0.7)),
        ("logdet", [-MATRIX], {}, np.nan),
        ("slogdet", [-MATRIX], {"part": 0}, -1.0),
        ("slogdet", [-MATRIX], {"part": 1}, 2 * np.log(2.0 * 1.5 * 0.7)),
        ("trace", [MATRIX], {}, (LOWER**2).sum()),
        ("diag", [MATRIX], {"made_by": "diag"}, [4.0, 2.5, 0.62]),
        ("diag", [RIGHT], {"made_by": "diag_embed"}, [np.diag(row) for row in RIGHT]),
        ("diag", [RIGHT[0]], {"made_by": "diag"}, np.diag(RIGHT[0])),
        ("tril", [MATRIX], {"offset": -1}, np.tril(MATRIX, -1)),
        ("cat", [RIGHT, LOWER], {"axis": 1}, np.hstack([RIGHT, LOWER])),
        ("flip", [RIGHT], {"axes": [0]}, RIGHT[::-1]),
    ],
)  # fmt: skip
def test_calls_of_linear_algebra(name: str, own: list[Any], more: dict[str, Any], expected: Any) -> None:
    np.testing.assert_allclose(call(name, *own, **more), expected, rtol=1e-12)


def test_other_operations() -> None:
    assert of("sum", RIGHT, axes=[0], shape=(2,)).tolist() == [4.5, 1.25]
    assert of("mean", RIGHT, axes=None) == pytest.approx(5.75 / 6)
    assert of("mean", RIGHT, axes=[1], keepdim=True, shape=(3, 1)).shape == (3, 1)
    assert of("clamp", RIGHT, low=0.0, high=1.5, shape=(3, 2)).tolist() == [
        [1.0, 1.5],
        [0.5, 0.0],
        [1.5, 0.25],
    ]
    assert of("softplus", np.array([-800.0, 0.0, 800.0])) == pytest.approx([0.0, np.log(2), 800.0])
    assert of("logsigmoid", np.array([-800.0, 0.0])) == pytest.approx([-800.0, -np.log(2)])
    assert of("full", 2.0, shape=(2, 1)).tolist() == [[2.0], [2.0]]
    assert of("spread", np.array([1.0, 2.0]), shape=(2, 2)).tolist() == [[1.0, 2.0], [1.0, 2.0]]


def test_a_view_takes_its_entries_by_their_places() -> None:
    """The diagonal of a matrix that begins at entry 4 of its memory, and its second column."""
    diagonal = of("part", LOWER, shape=(3,), view=[4, [3, 1], 4, [4]])
    assert diagonal.tolist() == [2.0, 1.5, 0.7]
    assert of("part", LOWER, shape=(3,), view=[0, [3, 1], 1, [3]]).tolist() == LOWER[:, 1].tolist()
    # A base that is itself transposed.
    assert of("part", LOWER.T, shape=(3,), view=[0, [1, 3], 1, [3]]).tolist() == LOWER[:, 1].tolist()
    with pytest.raises(UnfollowedError, match="another array"):
        of("part", LOWER, shape=(3,), view=[0, [3, 1], 8, [1]])
    with pytest.raises(UnfollowedError, match="another array"):  # between the entries of every second place
        of("part", LOWER, shape=(3,), view=[0, [6, 2], 1, [2]])
    with pytest.raises(UnfollowedError, match="not noted"):
        of("part", LOWER, shape=(3,))


def test_what_is_not_known_is_not_guessed() -> None:
    with pytest.raises(UnfollowedError, match="fft"):
        call("fft", LOWER)
    with pytest.raises(UnfollowedError, match="round"):
        of("round", LOWER)
    known = recorded(
        leaf("x", (2,), values=[1.0, 2.0], grad=False), leaf("y", (2,), values=[1.0, 2.0]), leaf("z", (2,))
    )
    assert computed(known.steps[0], []).tolist() == [1.0, 2.0]
    for trained_or_not_noted in known.steps[1:]:
        with pytest.raises(UnfollowedError, match="not noted"):
            computed(trained_or_not_noted, [])
