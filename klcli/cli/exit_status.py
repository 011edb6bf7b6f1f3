"""What every way of ending means as an exit status: results, errors, bugs, Ctrl-C, closed pipes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from klcli.cli.interrupts import interrupted, is_interrupt
from klcli.cli.standard_error import say
from klcli.errors import USAGE, KlcliError

if TYPE_CHECKING:
    from klcli.report.report import Report

FAILED, INTERNAL, CLOSED_PIPE = 1, 3, 141
"""Beside click's 2 for wrong usage; 141 is that of a program that a shell sees end by SIGPIPE: 128 + 13."""


def status_of(run: Callable[[], int]) -> int:
    """The exit status of a run, whatever ends it; what went wrong is said on stderr.

    Args:
        run: writes a result and says its status.
    """
    try:
        status = run()
        sys.stdout.flush()
        return status
    except click.exceptions.Exit as ending:
        return ending.exit_code
    except KlcliError as error:
        return _complain(error.message, error.hint, error.code)
    except click.UsageError as error:
        return _complain(*_described(error), USAGE)
    except (KeyboardInterrupt, click.Abort):
        return interrupted()
    except BrokenPipeError:
        # Python flushes stdout once more when it ends; that must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED_PIPE
    except OSError as error:
        if error.filename is not None:  # of no stream, but of a file, which whoever opens it answers for
            return _admit(error)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _complain(
            f"cannot write the result: {error.strerror}", "--output FILE writes it elsewhere", USAGE
        )
    except Exception as error:
        return interrupted() if is_interrupt(error) else _admit(error)


def status_of_report(report: Report) -> int:
    """What a report means for a script: first a bug, then what was found, then what was not read."""
    if report.broken:
        return INTERNAL
    if report.interrupted:
        return interrupted()
    if not report.holds:
        return FAILED
    return 0 if report.readable else USAGE


def _described(error: click.UsageError) -> tuple[str, str]:
    """Click's message in this program's manner, with the next thing to type."""
    path = error.ctx.command_path if error.ctx else "klcli"
    hint = f"{path} --help"
    if isinstance(error, click.NoSuchOption):
        if error.possibilities:
            hint = f"did you mean {' or '.join(error.possibilities)}?"
        return f"no such option: {error.option_name}", hint
    message = error.format_message().rstrip(".")
    return message[:1].lower() + message[1:], hint


def _admit(error: Exception) -> int:
    """Say that a bug was met."""
    if os.environ.get("KLCLI_TRACEBACK"):
        import traceback

        say(traceback.format_exc())
    return _complain(
        f"internal error: {type(error).__name__}: {error}",
        "this is a bug in klcli; KLCLI_TRACEBACK=1 shows where",
        INTERNAL,
    )


def _complain(message: str, hint: str, status: int) -> int:
    say(f"error: {message}")
    if hint:
        say(f"hint: {hint}")
    return status
