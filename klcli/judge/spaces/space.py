"""A space of programs: what a formula can be of, and how a question about one is answered there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from klcli.formula.program_reader import Language, Program
from klcli.gaussian.parameterization import Parameterization
from klcli.judge.question import Question
from klcli.judge.verification import Verification
from klcli.values import dataclass, field

if TYPE_CHECKING:  # most formulas are of numbers
    from klcli.judge.spaces.log_ratios.estimator_answer import Estimation

Answer: TypeAlias = "Verification | Estimation"
"""The answers of all spaces. Both have a program, a kind, a mistake, conditions, warnings, and know whether
they hold, what of them algebra can prove, and of which of the two they are by `gaussian` and `estimate`;
`klcli.report.judge_answers` has what is said of each."""

Settler: TypeAlias = Callable[[Program, Question, "Answer | None"], "Answer | None"]
"""The answer on a program, given that of the spaces before; None where the program is none of this space."""


@dataclass(frozen=True, slots=True)
class SpaceReader:
    """How texts are read that have functions which only one space has.

    Attributes:
        formula: the program of such a text, and the same in the other language where that is not said and it
            can be read in both; None for any other text.
        line: a sampling line beside a formula in a language.
    """

    formula: Callable[[str, Language | None], tuple[Program, Program | None] | None]
    line: Callable[[str, Language], Program]


@dataclass(frozen=True, slots=True)
class Space:
    """A space of programs; its place in the table says when it is asked.

    Attributes:
        name: what its programs are of.
        settled: what a program is, if it is one of this space.
        of_gaussians: whether it is asked what a question says of means, heads, readings, priors and samplers.
        is_final: whether its answer stands, whatever it is; otherwise only one that is exact does, and the
            spaces after it are asked, too.
        readings: what a head can mean that a question demands, by name.
        noun: what has these readings: "number", "matrix".
        reader: how its texts are read, where that is not as formulas of numbers.
    """

    name: str
    settled: Settler
    of_gaussians: bool
    is_final: bool
    readings: Mapping[str, Parameterization] = field(default_factory=dict)
    noun: str = ""
    reader: SpaceReader | None = None
