"""Regular expressions that wait against those that are compiled at once."""

from __future__ import annotations

import copy
import importlib
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import klcli
from klcli.lazy_regex import regex

PACKAGE = Path(klcli.__file__).parent
MODULES = sorted(
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    for path in PACKAGE.rglob("*.py")
    if "recorders" not in path.parts and not path.name.startswith("__")
)
WRITTEN = (r"(?P<word>b+)|(\d)", re.IGNORECASE)
WAITING: Any = type(regex(""))

USES: dict[str, Callable[[re.Pattern[str]], Any]] = {
    "match": lambda found: (found.match("a"), found.match("1b", 1)[0]),  # type: ignore[index]
    "search": lambda found: found.search("abB3")["word"],  # type: ignore[index]
    "fullmatch": lambda found: found.fullmatch("b3"),
    "sub": lambda found: found.sub(r"<\g<word>>", "abc"),
    "split": lambda found: found.split("abc"),
    "findall": lambda found: found.findall("b3"),
    "finditer": lambda found: [each.span() for each in found.finditer("abb3")],
    "flags": lambda found: found.flags,
    "pattern": lambda found: found.pattern,
    "groups": lambda found: (found.groups, dict(found.groupindex)),
    "copied": lambda found: copy.deepcopy(found).match("b").group(),  # type: ignore[union-attr]
    "twice": lambda found: [found.match("b").span() for _ in "12"],  # type: ignore[union-attr]
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_it_is_what_is_compiled_at_once(use: Callable[[re.Pattern[str]], Any]) -> None:
    assert use(regex(*WRITTEN)) == use(re.compile(*WRITTEN))


def test_it_has_nothing_else() -> None:
    with pytest.raises(AttributeError, match="'matches'"):
        regex("a").matches  # type: ignore[attr-defined] # noqa: B018


def test_nothing_is_compiled_before_it_is_needed() -> None:
    broken = regex("(")
    with pytest.raises(re.error):
        broken.match("")


def patterns(value: object) -> list[Any]:
    """Those in a value of a module, and in its tables."""
    if isinstance(value, WAITING):
        return [value]
    if isinstance(value, Mapping):
        return [found for each in value.values() for found in patterns(each)]
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [found for each in value for found in patterns(each)]
    return []


def test_all_of_them_can_be_compiled_without_a_warning() -> None:
    found = {
        (name, each.pattern): each
        for name in MODULES
        for value in vars(importlib.import_module(name)).values()
        for each in patterns(value)
    }
    assert len(found) > 150
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for each in found.values():
            assert each.flags is not None
