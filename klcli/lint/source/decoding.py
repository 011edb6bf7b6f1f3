"""The text in the bytes of a file, in whatever encoding people have saved it."""

from __future__ import annotations

import codecs
import re

from klcli.lazy_regex import regex

_COOKIE = regex(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.MULTILINE)
"""The declaration of PEP 263, which stands in one of the first two lines."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins as the one of UTF-16 does
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MOST_NULLS = 0.01
"""Of the bytes of a text; more are those of something else."""


class UnreadableError(Exception):
    """A file that is no Python source; the argument is the reason in words."""


class ForeignError(UnreadableError):
    """A file of another language, which is not for us to read."""


def decoded(data: bytes) -> str:
    """The text of a file, with line feeds at the ends of its lines, and blanks for null bytes.

    Raises:
        UnreadableError: it is no text.
    """
    try:
        text = data.decode(encoding_of(data))
    except UnicodeDecodeError:
        raise UnreadableError("it is no text in the encoding that it declares") from None
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        if text.count("\0") > _MOST_NULLS * len(text):
            raise UnreadableError("it is no text: it has null bytes")
        text = text.replace("\0", " ")
    return text


def encoding_of(data: bytes) -> str:
    """The encoding of a file: that of its mark, the one that it declares, UTF-8, or else Latin-1.

    Python 2 took any bytes in comments and strings; what matters here is ASCII, which Latin-1 keeps.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    # As Python has it: in one of the first two lines, which are not long.
    declared = _COOKIE.search(b"\n".join(data[:1000].splitlines()[:2]))
    for encoding in (declared[1].decode(), "utf-8") if declared else ("utf-8",):
        if _fits(data, encoding):
            return encoding
    return "latin-1"


def without_surrogates(text: str) -> str:
    """A text with question marks for the halves of surrogate pairs, which no encoding can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _fits(data: bytes, encoding: str) -> bool:
    """Whether bytes are text in an encoding that has the signs of ASCII in their places."""
    try:
        is_wider = b"# =()\n+-*/~".decode(encoding) == "# =()\n+-*/~"
        if is_wider:
            data.decode(encoding)
    except (LookupError, ValueError):
        return False
    return is_wider
