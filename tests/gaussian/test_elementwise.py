"""What the array kernel takes and gives: masks, types, out; and errors that say which value, where, how many."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import klcli
from klcli.errors import KlcliError
from klcli.gaussian import kernel
from klcli.gaussian.parameterization import PARAMETERIZATIONS

NAMES = tuple(PARAMETERIZATIONS)
RNG = np.random.default_rng(0)
MEAN, HEAD = RNG.normal(size=(3, 40)), RNG.uniform(0.5, 2, (3, 40))


def refused(*arguments: Any, **named: Any) -> KlcliError:
    with pytest.raises(KlcliError) as caught:
        klcli.kl(*arguments, **named)
    assert caught.value.hint
    return caught.value


# Masks.


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [3, 40])
def test_masks_are_carried(name: str, size: int) -> None:
    """Below a mask may be anything; the others are what they are without it."""
    mean, head = MEAN[0, :size], HEAD[0, :size]
    masked_mean = np.ma.MaskedArray(np.where(np.arange(size) == 1, np.nan, mean), mask=np.arange(size) == 1)
    masked_head = np.ma.MaskedArray(np.where(np.arange(size) == 2, -1.0, head), mask=np.arange(size) == 2)
    found = klcli.kl(masked_mean, masked_head, parameterization=name)
    assert isinstance(found, np.ma.MaskedArray)
    assert found.mask.tolist() == [i in (1, 2) for i in range(size)]
    expected = klcli.kl(mean, head, parameterization=name)
    assert (found.compressed() == expected[~found.mask]).all()


def test_masks_broadcast() -> None:
    head = np.ma.MaskedArray(HEAD, mask=False)
    head[1, 5] = np.ma.masked
    found = klcli.kl(np.ma.MaskedArray([0.1, 0.2, 0.3], mask=[True, False, False])[:, None], head)
    assert found.shape == (3, 40)
    assert found.mask[0].all()
    assert (found.mask[1:].nonzero()[0].tolist(), found.mask[1:].nonzero()[1].tolist()) == ([0], [5])


def test_what_is_not_masked_is_checked() -> None:
    head = np.ma.MaskedArray([1.0, np.nan, np.nan], mask=[False, True, False])
    assert "got nan at head_q[2]" in refused(0, head).message


# Types and out.


@pytest.mark.parametrize("kind", [np.float32, np.float16, "f4", np.float64])
def test_dtype_rounds_the_double_once(kind: Any) -> None:
    found = klcli.kl(MEAN, HEAD, dtype=kind)
    assert found.dtype == np.dtype(kind)
    assert (found == klcli.kl(MEAN, HEAD).astype(kind)).all()
    assert klcli.kl(0.3, 1.2, dtype=kind).dtype == np.dtype(kind)


def test_the_default_is_float64_also_for_float32() -> None:
    assert klcli.kl(MEAN.astype(np.float32), HEAD.astype(np.float32)).dtype == np.float64


def test_beyond_float32_is_infinite_without_a_warning() -> None:
    with np.errstate(all="raise"):
        assert np.isinf(klcli.kl(1e30, 1.0, dtype=np.float32))


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (7,), (3, 40), (0, 4), (70_000,)])
def test_out_receives_the_result(kind: Any, shape: tuple[int, ...]) -> None:
    mean, head = RNG.normal(size=shape), RNG.uniform(0.5, 2, shape)
    out = np.full(shape, np.nan, dtype=kind)
    assert klcli.kl(mean, head, out=out) is out
    assert (out == klcli.kl(mean, head).astype(kind)).all()


def test_out_may_be_strided_and_in_fortran_order() -> None:
    for out in (np.empty((3, 80))[:, ::2], np.empty((40, 3)).T, np.empty((3, 40))[:, ::-1]):
        assert klcli.kl(MEAN, HEAD, out=out) is out
        assert (out == klcli.kl(MEAN, HEAD)).all()


@pytest.mark.parametrize("size", [10, 100_000])
def test_out_may_overlap_with_the_arguments(size: int) -> None:
    memory = RNG.uniform(0.5, 2, size + 1)
    expected = klcli.kl(memory[:-1].copy(), memory[1:].copy(), 0.3, 1.1)
    for place in (slice(None, -1), slice(1, None)):
        work = memory.copy()
        klcli.kl(work[:-1], work[1:], 0.3, 1.1, out=work[place])
        assert (work[place] == expected).all()
    reverse = memory.copy()
    klcli.kl(reverse[:-1], reverse[1:], 0.3, 1.1, out=reverse[:-1][::-1])
    assert (reverse[:-1][::-1] == expected).all()


def test_spread_and_shift_take_them_too() -> None:
    out = np.empty(40, dtype=np.float32)
    assert kernel.spread(HEAD[0], out=out) is out
    assert kernel.shift(MEAN[0], dtype=np.float32).dtype == np.float32


@pytest.mark.parametrize(
    ("out", "said"),
    [
        (np.empty(3), "out must have the shape (3, 40), got (3,)"),
        (np.empty((2, 3, 40)), "out must have the shape (3, 40), got (2, 3, 40)"),
        (np.empty((3, 40), dtype=int), "out must hold floats, got int64"),
        (np.empty((3, 40), dtype=complex), "out must hold floats, got complex128"),
        ([0.0], "out must be a numpy array, got list"),
        (np.ma.MaskedArray(np.empty((3, 40))), "out must be a numpy array, got MaskedArray"),
        (np.broadcast_to(np.empty(40), (3, 40)), "out is read-only"),
    ],
)
def test_an_out_that_cannot_hold_the_result(out: Any, said: str) -> None:
    assert refused(MEAN, HEAD, out=out).message == said


def test_types_that_cannot_hold_it() -> None:
    for kind in (int, "U5", complex, object):
        assert "dtype must be a type of floats" in refused(0.3, 1.2, dtype=kind).message
    assert "got 'hello'" in refused(0.3, 1.2, dtype="hello").message
    message = refused(MEAN, HEAD, out=np.empty((3, 40)), dtype=np.float32).message
    assert message == "out must hold float32, got float64"
    masked = np.ma.MaskedArray(HEAD, mask=False)
    assert "masks" in refused(MEAN, masked, out=np.empty((3, 40))).message


# Bad input.


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (Fraction(1, 2), "head_q must be floats, got Fraction"),
        ([Fraction(1, 2), 1.0], "head_q must be floats, got Fraction"),
        ([Decimal("0.5")], "head_q must be floats, got Decimal"),
        ([None, 1.0], "head_q must be floats, got NoneType"),
        ("1.2", "head_q must be floats, got an array of <U3"),
        (["a", "b"], "head_q must be floats, got an array of <U1"),
        (1j, "head_q must be floats, got an array of complex128"),
        (np.array(["2026-01-01"], dtype="M8[D]"), "head_q must be floats, got an array of datetime64[D]"),
        ([[1.0], [1.0, 2.0]], "head_q cannot be read as an array: "),
        (10**400, "head_q must be floats, got int"),
    ],
)
def test_what_is_no_float(given: Any, said: str) -> None:
    error = refused(0.3, given)
    assert error.message.startswith(said)
    assert "klcli.divergence" in error.hint or "equal length" in error.hint


def test_a_type_of_short_floats_is_told_how_to_be_cast() -> None:
    types = pytest.importorskip("ml_dtypes")
    error = refused(np.zeros(3, types.bfloat16), 1.0)
    assert error.message == "mean_q must be floats, got an array of bfloat16"
    assert 'astype("float32")' in error.hint


def test_a_tensor_that_cannot_be_read() -> None:
    torch = pytest.importorskip("torch")
    error = refused(torch.zeros(3, requires_grad=True), 1.0)
    assert error.message.startswith("mean_q cannot be read as an array")
    assert "detach()" in error.hint
    assert (klcli.kl(torch.zeros(3), torch.full((3,), 0.5)) > 0).all()


def test_shapes_that_do_not_broadcast() -> None:
    message = refused(MEAN, HEAD[:, :7]).message
    assert message == "the shapes do not broadcast: mean_q (3, 40), head_q (3, 7), mean_p ()"


@pytest.mark.parametrize("size", [10, 100_000])
def test_the_first_wrong_value_its_place_and_how_many(size: int) -> None:
    head = np.ones((2, size))
    head[1, 7] = np.nan
    assert refused(0, head).message == "std must be > 0 and finite, got nan at head_q[1, 7]"
    head[0, 9] = -3.0
    message = refused(0, head).message
    assert message == "std must be > 0 and finite, got -3.0 at head_q[0, 9], and 1 more that is not"
    head[1, :] = 0.0
    message = refused(0, 1.0, 0, head).message
    assert message == f"std must be > 0 and finite, got -3.0 at head_p[0, 9], and {size:,} more that are not"
    mean = np.zeros(size)
    mean[size // 2 :] = np.inf
    message = refused(mean, 1.0).message
    rest = f"{size - size // 2 - 1:,}"
    assert message == f"a mean must be finite, got inf at mean_q[{size // 2}], and {rest} more that are not"


def test_hints_fit_what_is_wrong() -> None:
    assert "logvar" in refused(0, -2.0).hint
    assert "masked_invalid" in refused(0, np.nan).hint
    assert "masked_invalid" in refused(np.nan, 1.0).hint
