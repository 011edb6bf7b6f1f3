"""Values against the standard library's dataclasses, which mean the same."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

import pytest

from klcli import values

T = TypeVar("T")
Library = Any
STANDARD = SimpleNamespace(
    dataclass=dataclasses.dataclass, field=dataclasses.field, replace=dataclasses.replace
)


def frozen(library: Library) -> Any:
    @library.dataclass(frozen=True, slots=True)
    class Node:
        """A node."""

        left: int
        right: str = "r"
        span: int | None = library.field(default=None, compare=False, repr=False)
        parts: list[int] = library.field(default_factory=list, hash=False)

        @property
        def both(self) -> str:
            return f"{self.left}{self.right}"

    return Node


def mutable(library: Library) -> Any:
    @library.dataclass(slots=True)
    class Count:
        number: int = 0
        seen: dict[str, int] = library.field(default_factory=dict)
        hidden: int = library.field(default=7, init=False)

    return Count


def checked(library: Library) -> Any:
    @library.dataclass(frozen=True)
    class Positive:
        number: int

        def __post_init__(self) -> None:
            if self.number <= 0:
                raise ValueError(f"{self.number} is not > 0")

    return Positive


def generic(library: Library) -> Any:
    @library.dataclass(frozen=True, slots=True)
    class Pair(Generic[T]):
        one: T
        two: T

    return Pair


def by_identity(library: Library) -> Any:
    @library.dataclass(frozen=True, slots=True, eq=False)
    class Thing:
        name: str

    return Thing


def with_own_methods(library: Library) -> Any:
    @library.dataclass(frozen=True, slots=True)
    class Own:
        name: str

        def __eq__(self, other: object) -> bool:
            return True

        def __repr__(self) -> str:
            return "own"

    return Own


def said(action: Callable[[], Any]) -> Any:
    """What comes of an action, a kind of error included."""
    try:
        return action()
    except Exception as error:
        return type(error)


ACTIONS: dict[str, tuple[Callable[[Library], Any], Callable[[Any, Library], Any]]] = {
    "repr": (frozen, lambda cls, _: repr(cls(1, "x", 3, [4])).split(".")[-1]),
    "equal": (frozen, lambda cls, _: (cls(1) == cls(1, span=5), cls(1) == cls(2), cls(1) != 1)),
    "hash": (frozen, lambda cls, _: hash(cls(1, "x", 2, [])) == hash(cls(1, "x", 3, [1]))),
    "as a key": (frozen, lambda cls, _: {cls(1): 2}[cls(1)]),
    "hash before anything else": (frozen, lambda cls, _: len({cls(left=1), cls(left=1, right="r")})),
    "defaults": (frozen, lambda cls, _: (cls(1).right, cls(1).span, cls(1).parts, cls(1).both)),
    "no shared list": (frozen, lambda cls, _: cls(1).parts is cls(1).parts),
    "replaced": (frozen, lambda cls, own: own.replace(cls(1, "x", 9), left=2).span),
    "replaced by what is unknown": (frozen, lambda cls, own: said(lambda: own.replace(cls(1), x=2))),
    "missing": (frozen, lambda cls, _: said(lambda: cls())),
    "too many": (frozen, lambda cls, _: said(lambda: cls(1, 2, 3, 4, 5))),
    "set": (frozen, lambda cls, _: said(lambda: setattr(cls(1), "left", 2))),
    "deleted": (frozen, lambda cls, _: said(lambda: delattr(cls(1), "left"))),
    "fields": (frozen, lambda cls, _: [(f.name, f.init, f.repr, f.compare) for f in dataclasses.fields(cls)]),
    "of a value": (frozen, lambda cls, _: dataclasses.asdict(cls(1, "x"))),
    "replaced by the library": (frozen, lambda cls, _: dataclasses.replace(cls(1), left=2).left),
    "is one": (frozen, lambda cls, _: (dataclasses.is_dataclass(cls), dataclasses.is_dataclass(cls(1)))),
    "copied": (frozen, lambda cls, _: copy.deepcopy(cls(1, parts=[1])) == cls(1, parts=[1])),
    "slots": (frozen, lambda cls, _: (cls.__slots__, hasattr(cls(1), "__dict__"), cls.__match_args__)),
    "named": (frozen, lambda cls, _: (cls.__name__, cls.__doc__, cls.__module__)),
    "changed": (mutable, lambda cls, _: (setattr(a := cls(1), "number", 5), a.number, a.hidden)[1:]),
    "no hash": (mutable, lambda cls, _: said(lambda: hash(cls()))),
    "without an argument": (mutable, lambda cls, _: (cls() == cls(0), cls(1) == cls(0))),
    "not given": (mutable, lambda cls, _: said(lambda: cls(hidden=3))),
    "checked": (checked, lambda cls, _: (cls(1).number, said(lambda: cls(0)), said(lambda: cls(1).__dict__))),
    "frozen without slots": (checked, lambda cls, _: said(lambda: setattr(cls(1), "number", 2))),
    "generic": (
        generic,
        lambda cls, _: (cls(1, 2) == cls(1, 2), cls[int] is not None, cls.__parameters__ == (T,)),
    ),
    "by identity": (by_identity, lambda cls, _: (cls("a") == cls("a"), len({cls("a"), cls("a")}))),
    "own methods": (
        with_own_methods,
        lambda cls, _: (cls("a") == 1, repr(cls("a")), hash(cls("a")) == hash(("a",))),
    ),
}


@pytest.fixture(params=[0, 1000], ids=["compiled", "not yet"])
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """The uses before the methods of a class are compiled."""
    monkeypatch.setattr(values, "_FEW", request.param)
    return int(request.param)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(("make", "action"), ACTIONS.values(), ids=ACTIONS)
def test_it_is_what_the_standard_library_makes_of_it(
    make: Callable[[Library], Any], action: Callable[[Any, Library], Any]
) -> None:
    assert action(make(values), values) == action(make(STANDARD), STANDARD)


@values.dataclass(frozen=True, slots=True)
class Sent:
    """A value that is sent to another process."""

    name: str
    number: int = 0


def test_a_value_is_pickled() -> None:
    assert pickle.loads(pickle.dumps(Sent("a", 3))) == Sent("a", 3)


def test_a_value_is_matched_by_place() -> None:
    match Sent("a", 3):
        case Sent(name, 3):
            assert name == "a"
        case _:
            pytest.fail("not matched")


def test_nothing_is_compiled_before_many_are_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "_FEW", 2)
    cls = frozen(values)
    first = cls.__init__
    assert [cls(1).left, cls(2).left] == [1, 2]
    assert cls.__init__ is first
    value = cls(1)
    assert cls.__init__.__name__ == "__init__"
    assert first(value, 2) is None  # who kept the first one still builds what is asked for
    assert value.left == 2


def test_a_frozen_value_says_what_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError, match="'left'"):
        frozen(values)(1).left = 2
