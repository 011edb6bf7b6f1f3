"""Optimisers by the names that programs have for them, next to where they differentiate; stand-ins of libraries."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

import pytest

from klcli.trace.recorders.named_optimizers import optimizer_near


def of_library(library: str, name: str, *bases: type) -> Any:
    return type(name, bases, {"__module__": f"{library}.inner"})


class Transformation(NamedTuple):
    init: Any
    update: Callable[..., Any]


Transformation.__module__, Transformation.__name__ = "optax.inner", "GradientTransformation"


def scale_by_adam() -> Transformation:
    def update() -> None: ...

    return Transformation(None, update)


def chain(*parts: Transformation) -> Transformation:
    updates = tuple(part.update for part in parts)

    def update() -> Any:
        return updates

    return Transformation(None, update)


for made in (scale_by_adam, chain):
    made.__module__ = "optax.inner"
KERAS: Any = of_library("keras", "Adam", of_library("keras", "BaseOptimizer"))


def near(is_foreign: Callable[[str], bool] = lambda path: False) -> str | None:
    return optimizer_near(sys._getframe(1), is_foreign)


def local() -> Any:
    optimizer = KERAS()
    return near(), optimizer


def of_two_players() -> Any:
    opt_g, opt_d = KERAS(), KERAS()

    def step() -> Any:
        return near(), opt_g

    return step()[0], opt_d


def of_a_state() -> Any:
    class State:
        def __init__(self) -> None:
            self.tx = KERAS()

    state = State()
    return near(), state


def of_self() -> Any:
    class Trainer:
        def __init__(self) -> None:
            self.opt, self.other = KERAS(), KERAS()

        def step(self) -> Any:
            return near(), self.opt

    return Trainer().step()


def of_a_caller() -> Any:
    optimizer = KERAS()
    return (lambda: near())(), optimizer


def of_no_library() -> Any:
    optimizer = of_library("mine", "Adam", of_library("mine", "BaseOptimizer"))()
    return near(), optimizer


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (local, "optimizer (Adam)"),
        (of_two_players, "opt_g (Adam)"),
        (of_a_state, "state.tx (Adam)"),
        (of_self, "self.opt (Adam)"),
        (of_a_caller, "optimizer (Adam)"),
        (of_no_library, None),
    ],
)
def test_names(told: Callable[[], Any], expected: str | None) -> None:
    assert told()[0] == expected


def test_in_a_library_only_the_kind_is_said() -> None:
    own = KERAS()
    assert near(lambda path: path == __file__) == "Adam", own


def test_a_chain_of_optax_is_what_it_is_made_of() -> None:
    for function in (scale_by_adam, chain):
        function.__qualname__ = function.__name__
    tx = scale_by_adam()
    tx.update.__module__, tx.update.__qualname__ = "optax.inner", "scale_by_adam.<locals>.update_fn"
    both = chain(tx)
    both.update.__module__, both.update.__qualname__ = "optax.inner", "chain.<locals>.update_fn"
    del tx
    assert near() == "both (optax: scale_by_adam)"


def test_modules_are_no_optimisers() -> None:
    module = ModuleType("optax")
    assert near() is None, module
