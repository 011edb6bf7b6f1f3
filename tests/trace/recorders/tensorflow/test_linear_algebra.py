"""Operations of linear algebra as nodes, and KLs of covariance matrices in a program of TensorFlow."""

from __future__ import annotations

from typing import Any

import pytest

import klcli
from klcli.trace.recorders.notes import Node

tf = pytest.importorskip("tensorflow")
algebra = pytest.importorskip("klcli.trace.recorders.tensorflow.linear_algebra").algebra

D = 3
A, ROW, COLUMN = Node("leaf", (), (D, D)), Node("leaf", (), (1, D)), Node("leaf", (), (D, 1))


@pytest.mark.parametrize(
    ("kind", "given", "attributes", "options"),
    [
        ("Cholesky", [A], {}, {"call": "cholesky", "upper": False, "part": 0}),
        ("MatMul", [A, A], {"transpose_b": True}, {"call": "einsum", "equation": "...ij,...kj->...ik"}),
        ("BatchMatMulV2", [A, A], {"adj_x": True}, {"call": "einsum", "equation": "...ji,...jk->...ik"}),
        ("Einsum", [A, A], {"equation": b"ij,kj->ik"}, {"call": "einsum", "equation": "ij,kj->ik"}),
        ("MatrixBandPart", [A, -1, 0], {}, {"call": "tril", "offset": 0}),
        ("MatrixTriangularSolve", [A, COLUMN], {"lower": False}, {"call": "solve_triangular", "upper": True}),
    ],
)
def test_what_an_operation_is(kind: str, given: list[Any], attributes: Any, options: dict[str, Any]) -> None:
    found = algebra(kind, given, attributes, 0)
    assert found.more == {"made_by": kind, **options}
    assert found.args == tuple(one for one in given if isinstance(one, Node))


def test_what_is_no_leaf() -> None:
    assert algebra("MatMul", [ROW, COLUMN], {}, 0).op == "sum"
    assert algebra("MatrixBandPart", [A, 1, 1], {}, 0) is None
    assert algebra("MatrixTriangularSolve", [A, COLUMN], {"adjoint": True}, 0) is None
    assert algebra("Relu", [A], {}, 0) is None


@pytest.mark.parametrize(("factor", "verdict"), [(2.0, "exact"), (1.0, "wrong")])
def test_a_kl_of_a_cholesky_factor(factor: float, verdict: str) -> None:
    mean, raw = tf.Variable(0.3 * tf.ones(D)), tf.Variable(tf.eye(D) + 0.1)
    with klcli.watch() as seen:
        with tf.GradientTape() as tape:
            lower = tf.linalg.band_part(raw, -1, 0)
            trace = tf.linalg.trace(tf.matmul(lower, lower, transpose_b=True))
            volume = factor * tf.reduce_sum(tf.math.log(tf.linalg.diag_part(lower)))
            loss = 0.5 * (trace + tf.reduce_sum(mean**2) - D - volume)
        tape.gradient(loss, [mean, raw])
    (term,) = seen.terms
    assert (term.verdict, term.parameterization.name) == (verdict, "cholesky")
    assert [one.mistake.code for one in seen.findings] == ([] if verdict == "exact" else ["KL124"])
