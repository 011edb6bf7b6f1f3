"""What a condition of a verdict is."""

from __future__ import annotations

from typing import Literal, TypeAlias

from klcli.values import dataclass

ConditionKind: TypeAlias = Literal[
    "small-number",
    "clip",
    "free-bits",
    "one-sample",
    "gradient",
    "no-gradient",
    "shapes",
    "weights",
    "equation",
    "definition",
    "names",
]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of a verdict.

    Attributes:
        kind: what it is about.
        text: what holds, or what does not.
        passes: whether the verdict stands with it.
    """

    kind: ConditionKind
    text: str
    passes: bool
