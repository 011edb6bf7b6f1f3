"""What is said of an answer of the judge, of Gaussians or of log-probabilities."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from klcli.judge.spaces.space import Answer
from klcli.judge.verification import Verification
from klcli.report.document import Document
from klcli.report.verify_data import VerifyData
from klcli.values import dataclass

if TYPE_CHECKING:
    from klcli.judge.spaces.log_ratios.estimator_answer import Estimation


@dataclass(frozen=True, slots=True)
class Telling:
    """How an answer is told.

    Attributes:
        data: the answer as data, given whether it was proved by algebra.
        document: in words, given that, whether sympy shows it, too, and whether every number is wanted.
        bare: in as few words as possible.
    """

    data: Callable[[Any, bool | None], VerifyData]
    document: Callable[[Any, bool | None, bool | None, bool], Document]
    bare: Callable[[Any], str]


def _of_gaussians() -> Telling:
    from klcli.report.verify_data import data_of
    from klcli.report.verify_facts import blocks
    from klcli.report.verify_sentence import bare, sentence

    def document(found: Verification, proved: bool | None, witness: bool | None, verbose: bool) -> Document:
        return Document(sentence(found, proved), tuple(blocks(found, proved, witness, verbose=verbose)))

    return Telling(data_of, document, bare)


def _of_estimators() -> Telling:
    from klcli.report.verify_estimator_data import estimation_data
    from klcli.report.verify_estimators import bare, estimation_document

    def data(found: Estimation, proved: bool | None) -> VerifyData:
        return estimation_data(found)

    def document(found: Estimation, proved: bool | None, witness: bool | None, verbose: bool) -> Document:
        return estimation_document(found)

    return Telling(data, document, bare)


def data_of(found: Answer) -> VerifyData:
    """The data of an answer, with what algebra proves of it."""
    from klcli.judge.proof import is_proved

    return telling_of(found).data(found, is_proved(*found.identity) if found.identity else None)


def telling_of(found: Answer) -> Telling:
    """What tells an answer, loaded when there is one."""
    return _of_estimators() if found.estimate else _of_gaussians()
