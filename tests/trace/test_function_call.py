"""Functions that are called: what their arguments are, in every form that a function can have."""

from __future__ import annotations

import functools
import math
from typing import Any

import pytest

from klcli.errors import KlcliError
from klcli.trace.function_call import argument_names, mean_first, name_of, open_arguments


def plain(mu: Any, logvar: Any) -> Any: ...


def with_options(mu: Any, logvar: Any, beta: float = 1.0, *, reduce: bool = True) -> Any: ...


def with_more(x: Any, mu: Any, logvar: Any) -> Any: ...


class Module:
    def forward(self, mu: Any, logvar: Any) -> Any: ...

    def __call__(self, *args: Any, **more: Any) -> Any: ...


@pytest.mark.parametrize(
    ("function", "given", "expected"),
    [
        (plain, {}, ("mu", "logvar")),
        (with_options, {}, ("mu", "logvar")),
        (with_more, {"x": 1}, ("mu", "logvar")),
        (functools.partial(with_more, 1), {}, ("mu", "logvar")),
        (Module(), {}, ("mu", "logvar")),
        (lambda mu, s=1.0: mu, {}, ("mu", "s")),  # one of them has a default
    ],
)
def test_mean_and_head_are_the_two_that_are_open(
    function: Any, given: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert argument_names(function, given) == expected


@pytest.mark.parametrize(
    ("function", "given", "message"),
    [
        (with_more, {}, "with_more is given a mean and a head, and wants x, mu, logvar"),
        (lambda: 0, {}, "wants nothing"),
        (plain, {"beta": 1}, "plain has no argument beta"),
        (math.hypot, {}, "the arguments of hypot are not known"),
    ],
)
def test_what_has_not_two(function: Any, given: dict[str, Any], message: str) -> None:
    with pytest.raises(KlcliError, match=message) as caught:
        argument_names(function, given)
    assert caught.value.hint


def test_arrays_are_made_for_what_has_no_default() -> None:
    assert open_arguments(with_more, {}) == ("x", "mu", "logvar")
    assert open_arguments(with_options, {}) == ("mu", "logvar")
    with pytest.raises(KlcliError, match="a KL has up to"):
        open_arguments(lambda a, b, c, d, e, f, g, h: a, {})
    with pytest.raises(KlcliError, match="wants no arrays"):
        open_arguments(lambda a=1: a, {})


@pytest.mark.parametrize(
    ("names", "first"),
    [
        (("mu", "logvar"), True),
        (("logvar", "mu"), False),
        (("a", "b"), True),
        (("loc", "scale"), True),
        (("scale", "loc"), False),
    ],
)
def test_names_say_which_is_the_mean(names: tuple[str, str], first: bool) -> None:
    assert mean_first(names) is first


def test_what_it_is_called() -> None:
    assert name_of(plain) == "plain"
    assert name_of(Module()) == "Module"
