"""The pictures of the pages of `klcli explain`: what a mistake charges beside the KL."""

from __future__ import annotations

from klcli.errors import KlcliError
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.answer import answer_to_text
from klcli.judge.mistakes.table import MISTAKES, find_mistake
from klcli.report.charged_picture import of_readings
from klcli.report.document import Plot
from klcli.report.explain_page import Page
from klcli.report.verify import pictures_of as pictures_of_answer

_READ_OTHERWISE = find_mistake("KL201")
_SAMPLED, _CHARGED = "logstd", "logvar"
"""How samples and KLs most often read one head in two ways."""


def pictures_of(page: Page) -> list[Plot]:
    """What the wrong example of a mistake charges, if it is a formula of one head that has this mistake."""
    mistake = MISTAKES.get(page.term)
    if mistake is None:
        return []
    if mistake is _READ_OTHERWISE:
        return [of_readings(PARAMETERIZATIONS[_SAMPLED], PARAMETERIZATIONS[_CHARGED])]
    wrong, _ = mistake.example
    try:
        found = answer_to_text(wrong)
    except KlcliError:
        return []
    return pictures_of_answer(found) if found.mistake is mistake else []
