"""Clips: which bind where training needs the formula, which bound a symbol, which are free bits."""

from __future__ import annotations

from math import exp

import pytest

from klcli.formula.program_reader import read, read_program
from klcli.formula.traversal import unplaced, walk
from klcli.formula.tree import Clip
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.loss_context.clips import (
    binds,
    bounds_all,
    can_be_whole,
    is_known,
    with_floors,
    without_unknown,
)
from klcli.judge.roles import Roles

LOGVAR, STD = PARAMETERIZATIONS["logvar"], PARAMETERIZATIONS["std"]


def clip(text: str) -> Clip:
    return next(node for node in walk(read_program(text, "python").tree) if isinstance(node, Clip))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("torch.clamp(lv, -20, 20)", False),  # sigma from 4.5e-5 to 22026
        ("torch.clamp(lv, -9.3, 9.3)", False),  # log 0.01^2 = -9.21
        ("torch.clamp(lv, -9.1, 20)", True),
        ("torch.clamp(lv, -20, 9.1)", True),
        ("torch.clamp(lv, min=-9.3)", False),
        ("torch.clamp(lv, max=2)", True),
        ("torch.clamp(mu, -3, 3)", False),
        ("torch.clamp(mu, -2.9, 3)", True),
        ("torch.clamp(torch.exp(lv), max=1e4 + 1)", False),
        ("torch.clamp(torch.exp(lv), max=9e3)", True),
        ("torch.clamp(lv, low, high)", False),  # whose values are not known
        ("torch.clamp(lv * w, -20, 20)", True),  # w may be anything
    ],
)
def test_a_clip_binds_within_sigmas_from_a_hundredth_to_a_hundred(text: str, expected: bool) -> None:
    assert binds(clip(text), Roles("mu", "lv"), LOGVAR, None) is expected


def test_a_bound_of_a_whole_kl_may_be_reached_where_it_is_large() -> None:
    """At sigma = 0.1..10 and means up to 3 the KL is at most 4.5 + (100 - 1 - log 100)/2 = 51.7 nats."""
    whole = "-0.5 * (1 + lv - mu**2 - torch.exp(lv))"
    assert not binds(clip(f"torch.clamp({whole}, max=52)"), Roles("mu", "lv"), LOGVAR, None)
    assert binds(clip(f"torch.clamp({whole}, max=51)"), Roles("mu", "lv"), LOGVAR, None)


def test_a_reading_with_a_range_takes_sigmas_of_it() -> None:
    """sigmoid(s) is below 1, and so is no 1.5."""
    row = PARAMETERIZATIONS["sigmoid"]
    text = "torch.clamp(torch.sigmoid(s), max={})"
    assert not binds(clip(text.format(1.5)), Roles(None, "s"), row, None)
    assert binds(clip(text.format(0.5)), Roles(None, "s"), row, None)


def test_the_prior_has_a_head_of_its_own() -> None:
    role = Roles("m", "s", "n", "t")
    assert binds(clip("torch.clamp(t, max=50)"), role, LOGVAR, STD)
    assert not binds(clip("torch.clamp(t, max=100)"), role, LOGVAR, STD)
    assert not binds(clip(f"torch.clamp(t, max={2 * exp(2.3)})"), role, STD, LOGVAR)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mu**2 + torch.exp(lv)", True),
        ("mu**2 + lv", False),
        ("torch.exp(lv)", False),
        ("(m - n)**2 / v", True),
    ],
)
def test_what_can_be_a_whole_kl(text: str, expected: bool) -> None:
    assert can_be_whole(read_program(text, "python").tree) is expected


def test_a_limit_is_known_if_it_is_a_number() -> None:
    found = clip("torch.clamp(lv, -2 * 5, high)")
    assert [is_known(limit) for limit in found.limits] == [True, False]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("torch.clamp(lv, -5, 5) + torch.exp(torch.clamp(lv, -5, 5))", True),
        ("torch.clamp(lv, -5, 5) + torch.exp(lv)", False),
        ("torch.clamp(2 * lv, -5, 5)", False),
    ],
)
def test_a_symbol_is_bounded_wherever_it_stands(text: str, expected: bool) -> None:
    assert bounds_all(read_program(text, "python").tree, clip(text)) is expected


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("relu(kl - 0.5) + 0.5", "max(kl, 0.5)"),
        ("0.5 + relu(kl - 0.5)", "max(kl, 0.5)"),
        ("relu(kl - 0.5) + 0.4", "relu(kl - 0.5) + 0.4"),
    ],
)
def test_a_floor_is_one_in_either_spelling(text: str, same: str) -> None:
    python = [one.replace("max(", "torch.maximum(").replace("relu(", "torch.relu(") for one in (text, same)]
    found, expected = (unplaced(with_floors(read_program(one, "python").tree)) for one in python)
    assert found == expected


def test_clips_at_names_are_taken_out() -> None:
    tree = read_program("torch.clamp(lv, low, 5) + torch.clamp(mu, -3, 3)", "python").tree
    found, taken = without_unknown(tree)
    assert unplaced(found) == unplaced(read_program("lv + torch.clamp(mu, -3, 3)", "python").tree)
    assert [unplaced(one.operand) for one in taken] == [unplaced(read("lv"))]
