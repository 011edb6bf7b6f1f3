"""Calls of likelihoods as nodes: what they compare, how they reduce, and nothing of what is below."""

from __future__ import annotations

from klcli.trace.recorders.likelihood_calls import likelihood
from klcli.trace.recorders.notes import Node

TARGET = Node("leaf", (), (4, 3), "float32", False, made_by="an input")
WEIGHTS = Node("leaf", (), (3, 3), "float32", True)
OUT = Node("matmul", (TARGET, WEIGHTS), (4, 3), "float32", True, ("net.py", 7, "forward"))


def test_arguments_by_place_and_by_name() -> None:
    for given, named in (
        ([OUT, TARGET], {}),
        ([OUT], {"target": TARGET}),
        ([], {"input": OUT, "target": TARGET}),
    ):
        found = likelihood("binary_cross_entropy_with_logits", given, {**named, "reduction": "sum"})
        assert (found.op, found.more["kind"], found.more["reduction"]) == ("loss", "bce", "sum")
        assert [one.shape for one in found.args] == [(4, 3), (4, 3)]
    variance = Node("leaf", (), (4, 1), "float32", True)
    found = likelihood("gaussian_nll_loss", [OUT, TARGET], {"var": variance, "eps": 1e-6})
    assert [one.shape for one in found.args] == [(4, 3), (4, 3), (4, 1)]


def test_the_usual_reduction_is_the_mean() -> None:
    assert likelihood("mse_loss", [OUT, TARGET], {}).more["reduction"] == "mean"


def test_a_network_below_is_cut_off_and_a_leaf_is_kept() -> None:
    cut, kept = likelihood("mse_loss", [OUT, TARGET], {}).args
    assert kept is TARGET
    assert (cut.op, cut.args, cut.more["made_by"]) == ("leaf", (), "an output")
    assert (cut.dtype, cut.grad, cut.place) == (OUT.dtype, True, OUT.place)
