"""Where a report goes and in which format: the options that every command shares, streams and files."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import wraps
from importlib import import_module
from io import BytesIO, TextIOWrapper
from typing import TYPE_CHECKING, Any, TextIO

import click

from klcli.cli.coloring import is_colored
from klcli.cli.formats import BY_ENDING, FINDING_FORMATS, FORMATS, PAGES, SPELLED, WALKED
from klcli.cli.help import F, added, in_group
from klcli.cli.options.completing import files
from klcli.cli.options.words import WordChoice
from klcli.cli.plotting import check_plot, illustrated, save_pictures
from klcli.cli.settings import format_of_terminal
from klcli.errors import KlcliError
from klcli.values import dataclass, replace

if TYPE_CHECKING:
    from klcli.report.document import Document
    from klcli.report.report import Report

_STREAM = "-"
"""The name of standard output, as ``-`` is of standard input."""

_SIGNS = "σμ½²₁ⱼ∑≈±−·…"

_option = in_group("Output")


@dataclass(frozen=True, slots=True)
class Settings:
    """How a result is to be written; None is what was not said.

    `standalone` asks for a LaTeX document that compiles by itself and not for a fragment; `plot` is where the
    pictures go.
    """

    format: str | None = None
    output: str | None = None
    quiet: int = 0
    color: str | None = None
    standalone: bool = False
    plot: str | None = None

    def over(self, outer: Settings) -> Settings:
        """These settings, completed by those given before the command."""
        return Settings(
            self.format or outer.format,
            outer.output if self.output is None else self.output,
            self.quiet + outer.quiet,
            self.color or outer.color,
            plot=self.plot,
        )

    def standing_alone(self) -> Settings:
        """The same for a LaTeX document that compiles by itself.

        Raises:
            KlcliError: another format was asked for.
        """
        if self.chosen() not in ("latex", "text"):
            raise KlcliError(
                f"--standalone is LaTeX, not {self.chosen()}", "leave --format out, or name the file .tex"
            )
        return replace(self, format="latex", standalone=True)

    def chosen(self) -> str:
        """The format that was asked for, that the file's ending says, or that the user has set for terminals.

        Raises:
            KlcliError: none was asked for, and the ending says none.
        """
        if self.format:
            return self.format
        if self.output in (None, _STREAM):
            return format_of_terminal(FORMATS) or "text"
        ending = os.path.splitext(self.output or "")[1].lower().removesuffix(".")
        if ending not in BY_ENDING:
            known = ", ".join(filter(None, BY_ENDING))
            raise KlcliError(
                f"--output: no format has the ending {ending}", f"one of {known}; or --format text"
            )
        return BY_ENDING[ending]


def output_options(command: F) -> F:
    """Add the options of `Settings`; they work before and after the command's name."""
    return _with_options(command, FORMATS)


def findings_options(command: F) -> F:
    """The same for a command that finds something in files."""
    return _with_options(command, (*FORMATS, *FINDING_FORMATS))


def _with_options(command: F, formats: Sequence[str]) -> F:
    @wraps(command)
    def with_settings(*args: Any, as_json: bool, **options: Any) -> Any:
        given = {name: options.pop(name) for name in ("format", "output", "quiet", "color")}
        if as_json:
            given["format"] = "json"
        settings = Settings(**given, plot=options.pop("plot", None))
        check_plot(settings.plot)
        if outer := click.get_current_context().obj:
            settings = settings.over(outer)
        _check(settings.chosen(), formats)
        return command(*args, settings=settings, **options)

    options = [
        _option("--format", type=WordChoice(formats), help=f"{', '.join(formats)}; default text."),
        _option("--json", "as_json", is_flag=True, help="Short for --format json."),
        _option(
            "--output",
            metavar="FILE",
            shell_complete=files,
            help="Write to FILE, whose ending chooses the format; - is standard output.",
        ),
        _option("-q", "--quiet", count=True, help="Only the bare result; -qq nothing at all."),
        _option(
            "--color",
            type=WordChoice(("auto", "always", "never")),
            help="auto, always or never; default auto.",
        ),
    ]
    return added(with_settings, options)  # type: ignore[return-value]


def _check(chosen: str, formats: Sequence[str]) -> None:
    """Refuse a format that the command does not have, if it was asked for before the command's name.

    Raises:
        KlcliError: it was.
    """
    if chosen not in formats:
        raise KlcliError(f"this command has no format {chosen!r}", f"one of: {', '.join(formats)}")


def write(report: Report, settings: Settings) -> None:
    """Write a report to where the settings say.

    Raises:
        KlcliError: the file cannot be written.
        BrokenPipeError: nobody reads standard output any more.
    """
    save_pictures(report, settings.plot)
    if settings.quiet > 1:
        return
    if settings.output is None or settings.output == _STREAM:
        sys.stdout.write(_text(report, settings, sys.stdout))
        return
    from klcli.cli.writing import save

    file = TextIOWrapper(BytesIO(), encoding="utf-8")  # what a file can hold and a terminal is not
    save(settings.output, _text(report, settings, file).encode("utf-8"), "--output")


def _text(report: Report, settings: Settings, stream: TextIO) -> str:
    """The text in the chosen format, in characters that the stream has; it ends in a line end or is empty."""
    text = report.bare if settings.quiet else _rendered(report, settings, stream)
    if settings.quiet or settings.chosen() != "text":  # whose renderer makes words safe, and adds its colours
        from klcli.render.character_spellings import seen

        text = seen(text)
    # Names of files may hold bytes that are no text, which Python keeps as lone surrogates.
    encoding = (stream.encoding or "ascii") if _has_signs(stream) else "ascii"
    text = text.encode(encoding, SPELLED.get(settings.chosen(), "backslashreplace")).decode(encoding)
    return text if not text or text.endswith("\n") else text + "\n"


def _rendered(report: Report, settings: Settings, stream: TextIO) -> str:
    chosen = settings.chosen()
    seen_by_a_person = chosen == "text" and stream.isatty()
    document = illustrated(report, settings.plot, is_page=chosen in PAGES, is_terminal=seen_by_a_person)
    if chosen == "text":
        return _text_of(document, _width(stream), is_colored(settings.color, stream), _has_signs(stream))
    given = [getattr(report, field) for field in WALKED[chosen]] if chosen in WALKED else [document]
    options: dict[str, object] = {"standalone": True} if settings.standalone else {}
    if chosen == "html":
        from klcli.report.explainable_terms import code_pages

        options["pages"] = code_pages()
    render_as = import_module(f"klcli.render.{chosen}").render
    return str(render_as(*given, **options))


def _text_of(document: Document, width: int | None, color: bool, unicode: bool) -> str:
    """The document in words; rich, which takes 40 ms to load, is for terminals and colours alone."""
    if width is None and not color:
        from klcli.render import plain

        return plain.render(document, unicode=unicode)
    from klcli.render import terminal

    return terminal.render(document, width=width, color=color, unicode=unicode)


def _width(stream: TextIO) -> int | None:
    """The columns of a terminal; None elsewhere, where nothing wraps."""
    if not stream.isatty():
        return None
    try:
        # What most terminals have, where one does not say.
        return os.get_terminal_size(stream.fileno()).columns or 80
    except OSError:
        # What most terminals have.
        return 80


def _has_signs(stream: TextIO) -> bool:
    """Whether the stream's encoding has the mathematical signs."""
    try:
        _SIGNS.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
