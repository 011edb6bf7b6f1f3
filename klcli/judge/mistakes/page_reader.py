"""The files of mistakes: Markdown, with a section for each, in the order in which they are looked for.

Its heading has the code, with those under which it was told before, and the name. Below stand the sentence,
what it is, what it costs, and what has it beside what has not.
"""

from __future__ import annotations

from os.path import dirname, join

from klcli.judge.mistakes.mistake import Mistake

FOLDER = join(dirname(__file__), "pages")


def entries(name: str) -> tuple[Mistake, ...]:
    """The mistakes of a file of that folder."""
    with open(join(FOLDER, f"{name}.md"), encoding="utf-8") as file:
        _, *sections = file.read().split("\n## ")
    return tuple(map(_mistake, sections))


def _mistake(section: str) -> Mistake:
    heading, sentence, what, why, examples = section.split("\n\n", 4)
    codes, _, name = heading.partition(": ")
    code, _, formerly = codes.partition(", formerly ")
    wrong, right = map(_example, examples.split("```")[1::2])
    return Mistake(code, name, sentence, _line(what), _line(why), (wrong, right), tuple(formerly.split()))


def _line(paragraph: str) -> str:
    return paragraph.replace("\n", " ")


def _example(fenced: str) -> str:
    """A formula, or lines of code with their ends."""
    language, _, text = fenced.partition("\n")
    return text if language == "python" else text.removesuffix("\n")
