r"""Takes off what formulas are wrapped in where they are copied from, before anybody reads them.

Code fences, back-ticks and prompts; ``$...$``, ``\[...\]`` and environments; numbers, labels and the full
stop at the end; full-width signs. Inside of a text the wrappers become blanks of the same length, at its ends
and at the beginnings of lines they are cut off: what is left is the text that is quoted and corrected.
"""

from __future__ import annotations

import re
import unicodedata

from klcli.formula.read.latex_braces import without_braces
from klcli.formula.read.pasted_rows import LATEX, in_rows
from klcli.formula.read.syntax_errors import MAX_DIGITS, MAX_LENGTH, FormulaError, check_text
from klcli.lazy_regex import regex

_SHAPED = regex("[\uff01-\uff5e\ufe63\U0001d400-\U0001d537\U0001d56c-\U0001d7ff\u2113\u2112]")
r"""Signs that are others in another shape: full-width, mathematical letters but not double-struck ones."""
_UNSEEN = regex(r"[\u2061-\u2064]|(?<!\w)\u200b|\u200b(?!\w)")
"""Signs without a shape in what web pages render; between two letters one may divide words and stays."""

_FENCE = regex(r"^[ \t]*(?:```+|~~~+)[ \t]*(?:[\w+#.-]+[ \t]*)?(?:\n|\Z)", re.MULTILINE)
"""A line that begins or ends a block of code in Markdown."""
_PROMPT = regex(r"[ \t]*(?:>>>|julia>|In \[[ \d]*\]:)[ ]?")
"""The prompt of Python, Julia or IPython before a statement."""
_CONTINUED = regex(r"[ \t]*\.{3,}(?::[ ]?|[ ]|\Z)")
"""The prompt before the lines that go on."""
_R_PROMPT, _R_CONTINUED = regex(r">[ ]"), regex(r"\+[ ]")
"""The signs of R stand at the beginning of a line; in a text that does not begin with one, they compare."""
_OUTPUT = regex(r"[ \t]*Out\s?\[[ \d]*\]:[ ]?")
"""What IPython writes before a value."""
_PRINTED = regex(
    r"\s*(?:(?:tensor|array|Array|DeviceArray)\(|<tf\.|<KerasTensor|[-+]?[\d.]+(?:e[-+]?\d+)?\s*\Z)"
)
"""What a session prints between its prompts: numbers and arrays."""

_ENVIRONMENT = (
    r"(?:aligned|align|alignat|alignedat|equation|gather|gathered|multline|split|eqnarray"
    r"|displaymath|math|flalign|subequations)\*?"
)
_BULLET = regex(r"\s*(?:[*•‣∙]|#+(?=[^\n]*\Z))\s+")
"""What an item of a list begins with, or a line that is a comment, and no formula; a dash may be a minus."""
_LABEL = regex(
    r"\s*(?!(?:lambda|if|elif|while|for|with|def|class|case|match|except)\b|[^:]*\b(?i:neg|minus|elbo|lower))"
    r"[A-Za-z]{2}[A-Za-z _-]{0,28}:\s+"
    r"(?![\w.]+\s*=)(?=[^\s=][^\n]*\s*\Z)"
)
"""What says in words, on the line of a formula, which one it is: ``KL loss: ...``."""
_NUMBER_BEHIND = regex(r"((?:\$|\\\)|\\\])\s*|\\q?quad(?![A-Za-z])\s*)\(\d+(?:\.\d+)?[a-z]?\)\s*\Z")
"""The number of an equation behind its delimiter, or set apart from it."""
_INVISIBLE = regex(
    rf"\\begin\s*\{{{_ENVIRONMENT}\}}(?:\s*\[[tbc]\]|(?<=at\}})\s*\{{\d+\}}|(?<=at\*\}})\s*\{{\d+\}})?"
    rf"|\\end\s*\{{{_ENVIRONMENT}\}}"
    r"|\\tag\*?\s*\{[^{}]*\}|\\label\s*\{[^{}]*\}|\\(?:nonumber|notag|noindent|hfill)(?![A-Za-z])"
    r"|\\(?:hspace|vspace|phantom|vphantom|hphantom)\*?\s*\{[^{}]*\}"
    r"|(?<=\\\\)\s*\[\s*-?[\d.]+\s*[a-z]{2}\s*\]"
    r"|(?<!\\)%[^\n]*"
)
"""Parts of a LaTeX text that are no part of a formula."""
_PAIRS = (("$$", "$$"), ("$", "$"), (r"\[", r"\]"), (r"\(", r"\)"), ("`", "`"), ("<math>", "</math>"))
_DISPLAYED = regex(r"\{\s*\\displaystyle\b")
"""How web pages wrap the source of a formula that is set alone."""
_ITEM = regex(r"\s*(\d{1,2}\.)\s+(?:[-+−](?=\S)|(?=[^-+−\s\d*/^.,)=]))")
"""The number of an item before a formula, which may be the first number of it, too: ``1. -0.5 * ...``."""
_SPACE_AT_END = regex(r"(?:\\[,;:! ]|\\q?quad|~|\\\\)\Z")
"""Space of LaTeX at the end, which prints as nothing."""
_NUMBER_AT_END = regex(r"(?<![\w.])\d+\.\Z")
"""A full stop of the sentence behind a number."""
_LONGEST_NUMBER = 30
"""Characters at the end in which the number of an equation stands, with the space before it."""
_EQUATION_NUMBER = regex(r"(?<=[\w)}\]])\s+\((\d+(?:\.\d+)?[a-z]?)\)\Z")
"""The number of an equation at its right edge: a product with a lone number in brackets is one, too."""


def cleaned(text: str) -> str:
    """A text without what it was wrapped in; the same text if there is nothing of that.

    Raises:
        KlcliError: it is empty or too long.
    """
    if len(text) <= MAX_LENGTH:
        text = in_rows(_unwrapped(_session(_fenced(_plain_signs(text)))))
        _check_number(text)
    check_text(text)
    return text


def _check_number(text: str) -> None:
    """Refuse what may be the number of an equation or of an item, which would change the formula."""
    if found := _ITEM.match(text):
        hint = f"leave '{found[1]}' out, or write '{found[1]}0' for a number"
        raise FormulaError(f"is '{found[1]}' a number or that of an item?", text, found.start(1), hint)
    end = text.rstrip()
    if found := _EQUATION_NUMBER.search(end, max(0, len(end) - _LONGEST_NUMBER)):
        raise FormulaError(
            f"is '({found[1]})' a factor or the number of the equation?",
            text,
            found.start(1) - 1,
            f"leave '({found[1]})' out, or write '* {found[1]}' for a factor",
        )


def _plain_signs(text: str) -> str:
    """Signs in their usual shape, and none that cannot be seen."""
    if text.isascii():
        return text
    return _SHAPED.sub(lambda found: unicodedata.normalize("NFKC", found[0]), _UNSEEN.sub(" ", text))


def _fenced(text: str) -> str:
    """What stands in a block of code; the whole text where there are several."""
    fences = list(_FENCE.finditer(text)) if "```" in text or "~~~" in text else []
    if len(fences) == 2:
        return text[fences[0].end() : fences[1].start()].rstrip()
    if len(fences) == 1:
        before, after = text[: fences[0].start()], text[fences[0].end() :]
        return after.rstrip() if not before.strip() else before.rstrip() if not after.strip() else text
    return text


def _session(text: str) -> str:
    """The lines that were typed in a session, without prompts and without what it printed."""
    lines = text.split("\n")
    of_r = _R_PROMPT.match(text) is not None
    prompts, continued = (_R_PROMPT, _R_CONTINUED) if of_r else (_PROMPT, _CONTINUED)
    if not any(prompts.match(line) or _OUTPUT.match(line) for line in lines):
        return text
    typed = any(map(prompts.match, lines))
    found, printed = [], False
    for line in lines:
        if prompt := prompts.match(line) or continued.match(line):
            found.append(line[prompt.end() :])
            printed = False
        elif output := _OUTPUT.match(line):
            printed = typed
            if not typed:
                found.append(line[output.end() :])
        elif not (printed or _PRINTED.match(line)):
            found.append(line)
    return "\n".join(found)


def _unwrapped(text: str) -> str:
    """A text without delimiters of mathematics, labels and punctuation around it."""
    begin = text
    for label in (_BULLET, _LABEL):
        if found := label.match(text):
            text = text[found.end() :]
    if LATEX.search(text):
        text = without_braces(_INVISIBLE.sub(lambda found: " " * len(found[0]), text))
    before = ""
    while text != before:
        before = text
        text = _without_pair(_without_stop(_NUMBER_BEHIND.sub(r"\1", text)))
    if text == begin:
        return text
    one_line = LATEX.search(text) or "\n" not in text.strip()
    return text.strip() if one_line else text.rstrip().lstrip("\n")


def _without_stop(text: str) -> str:
    """A text without the full stop or comma behind it; that of ``2.`` belongs to the number."""
    inner = text.rstrip()
    if found := _SPACE_AT_END.search(inner[-len(r"\qquad") :]):
        return inner[: -len(found[0])]
    if inner.endswith((",", ".", "。", "、", "，")) and not _NUMBER_AT_END.search(inner[-MAX_DIGITS:]):
        return inner[:-1]
    return text


def _without_pair(text: str) -> str:
    """A text without the delimiters that are its first and last signs and stand nowhere else in it."""
    inner = text.strip()
    for opening, closing in _PAIRS:
        wrapped = inner.startswith(opening) and inner.endswith(closing)
        if wrapped and len(inner) > len(opening) + len(closing):
            within = inner[len(opening) : -len(closing)]
            if opening not in within and closing not in within:
                return within
            if opening == "`":
                return inner.strip("`")
    if (found := _DISPLAYED.match(inner)) and inner.endswith("}") and _is_one_group(inner):
        return inner[found.end() : -1]
    return text


def _is_one_group(text: str) -> bool:
    """Whether the brace that a text begins with is closed by its last sign."""
    nesting = 0
    for place, sign in enumerate(text):
        nesting += (sign == "{") - (sign == "}")
        if nesting == 0:
            return place == len(text) - 1
    return False
