"""Likelihoods that are called: by which names, and what each is called in a recording."""

from __future__ import annotations

from typing import Any

from .notes import Node

LIKELIHOOD_CALLS = {
    "mse_loss": "mse",
    "l1_loss": "l1",
    "smooth_l1_loss": "smooth-l1",
    "huber_loss": "huber",
    "binary_cross_entropy": "bce",
    "binary_cross_entropy_with_logits": "bce",
    "cross_entropy": "cross-entropy",
    "nll_loss": "cross-entropy",
    "gaussian_nll_loss": "gaussian",
    "poisson_nll_loss": "poisson",
    "kl_div": "kl-div",
}
"""Kinds of likelihoods, which `klcli.trace.likelihoods` puts into words, by the names of their functions."""
_MADE_BY = {one: one for one in ("exp", "log", "sigmoid", "logsigmoid")}
"""Operations that make probabilities or their logarithms."""


def likelihood(name: str, given: list[Any], named: dict[str, Any]) -> Node:
    """The node of a call of a likelihood.

    Args:
        name: one of `LIKELIHOOD_CALLS`.
        given: its arguments, arrays as nodes.
        named: those by name.
    """
    own = [one for one in given if isinstance(one, Node)]
    own += [named[key] for key in ("input", "target", "var") if isinstance(named.get(key), Node)]
    reduction = named.get("reduction", "mean")
    found = Node("loss", list(map(_cut, own)), kind=LIKELIHOOD_CALLS[name], call=name, reduction=reduction)
    found.more.update({"log_target": True} if named.get("log_target") is True else {})
    return found


def _cut(node: Node) -> Node:
    """A leaf in the place of an argument, of which nothing is wanted but its shape and what made it."""
    if node.op in ("leaf", "part", "full"):
        return node
    return Node(
        "leaf", (), node.shape, node.dtype, node.grad, node.place, made_by=_MADE_BY.get(node.op, "an output")
    )
