"""The formats of reports: names, which are those of modules of `render`, and the endings that choose them."""

from __future__ import annotations

FORMATS = ("text", "json", "csv", "markdown", "latex", "html")
"""Every format but text, which is the terminal's, is a module of `klcli.render`."""

FINDING_FORMATS = ("concise", "sarif", "github", "junit")
"""The formats of those commands that find something in files."""

WALKED = {"json": ("data",), "csv": ("rows", "columns"), **dict.fromkeys(FINDING_FORMATS, ("findings",))}
"""The fields of a report that a format walks; every other one renders its document."""

BY_ENDING = {
    "": "text",
    **dict.fromkeys((".txt", ".bash", ".zsh", ".fish", ".ps1"), "text"),
    ".json": "json",
    ".csv": "csv",
    ".md": "markdown",
    ".tex": "latex",
    ".html": "html",
    ".htm": "html",
    ".sarif": "sarif",
    ".xml": "junit",
}
"""The format of a file, by the ending of its name."""
SPELLED = {"html": "xmlcharrefreplace"}
"""How a format writes a character that an encoding lacks, where that is no escape of Python."""
PAGES = ("html",)
"""Formats that hold pictures."""
