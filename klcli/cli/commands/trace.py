"""``klcli trace``: what the loss of a running program really computes."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import click

from klcli.cli.help import Command
from klcli.cli.options.accepting import accept_option
from klcli.cli.options.completing import files
from klcli.cli.options.types import Positive, ShapeType, Whole
from klcli.cli.output import Settings, findings_options
from klcli.cli.standard_error import say
from klcli.errors import KlcliError
from klcli.lazy_regex import regex
from klcli.report.report import Report
from klcli.report.trace import trace_report
from klcli.trace.interpreter_launch import Mode, Order, interpreter, launched
from klcli.trace.run_summary import watched

_FUNCTION = regex(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*\Z")
"""``module:function``, or ``module:Class.method``; a path of a file has other characters or no colon."""
_ORDINALS = {1: "at the first backward pass"}

_EPILOG = """\b
Examples:
  klcli trace train.py --epochs 1
  klcli trace --python .venv/bin/python -m package.train --config small.yaml
  klcli trace --steps 20 --timeout 60 train.py
  klcli trace package.losses:kl_loss
  klcli trace --arg beta=4.0 --json package.losses:vae_loss
  klcli trace package.models:VAE --input 8,784

This runs the program: lint is what reads code without running it. Options stand before a script; all
behind it is the program's own (a -- directly behind it is left out). The program's output goes to standard
error; it is stopped at its first backward pass, or its Nth with --steps, by an exception that "except
Exception" does not catch. What it wrote until then stays.

Exit status: 0 nothing found, 1 something was found that is no note, or a KL is not exact (a mean over its
latents, free bits, an estimator, ...) and --accept does not name it, 2 the program failed or ended before
there was a loss, or cannot be run, or what is called a KL, a function or a term, was not followed. A reading,
a prior or a weight by themselves are no finding; nor is another loss without a KL, of which that is said;
klcli lint does the same.
"""


class _TraceCommand(Command):
    """A command whose options may stand behind a function: that has no command line of its own."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        given = list(args)
        rest = super().parse_args(ctx, args)
        behind, target = ctx.params.get("arguments"), ctx.params.get("target")
        if not behind or ctx.params.get("is_module") or _mode(target or "", is_module=False) != "function":
            return rest
        before = given[: len(given) - len(behind) - 1]
        ctx.params.clear()
        rest = super().parse_args(ctx, [*before, *behind, str(target)])
        if ctx.params["target"] != target:
            raise KlcliError("a function has no command line", "its arguments are given by --arg NAME=VALUE")
        return rest


@click.command(
    cls=_TraceCommand,
    epilog=_EPILOG,
    context_settings={"allow_interspersed_args": False, "ignore_unknown_options": False},
)
@click.argument("target", required=False, metavar="TARGET", shell_complete=files)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("-m", "is_module", is_flag=True, help="TARGET is a module, as with python -m.")
@click.option(
    "--python",
    metavar="PATH",
    shell_complete=files,
    help="The interpreter; default that of the active environment.",
)
# Of each pass the report keeps the weights.
@click.option("--steps", type=Whole(1, 10_000, 2), default=1, help="Backward passes to watch; default 1.")
@click.option("--timeout", type=Positive(), metavar="SECONDS", help="Stop the program after so long.")
@click.option("--arg", "given", multiple=True, metavar="NAME=VALUE", help="An argument of a function.")
@click.option(
    "--input",
    "inputs",
    type=ShapeType(),
    multiple=True,
    help="The shape of an array that a function or a module is given: 8,784; once for each.",
)
@click.option("--quiet-program", is_flag=True, help="Drop the program's own output.")
@accept_option
@findings_options
def trace(
    settings: Settings,
    target: str | None,
    arguments: tuple[str, ...],
    is_module: bool,
    python: str | None,
    steps: int,
    timeout: float | None,
    given: tuple[str, ...],
    inputs: tuple[tuple[int, ...], ...],
    quiet_program: bool,
    accepted: tuple[str, ...],
) -> tuple[Report, Settings]:
    """Run a program, watch its first backward pass, and say what its loss is made of.

    TARGET is a script, a module with -m, or a function, package.module:function, which is called with arrays
    that are made for its arguments. Programs that use PyTorch, TensorFlow, Keras or JAX are watched; a
    function may also be one of NumPy. A class of PyTorch, flax, equinox or TensorFlow is made and called with
    --input, and its loss is looked for: what it gives back as loss, or what a method or function such as
    loss_function makes of what it gives back. A model of Keras with a loss is fitted once.
    """
    if target is None:
        raise KlcliError("no program is given", "for example: klcli trace train.py")
    mode = _mode(target, is_module=is_module)
    order = Order(
        mode,
        target,
        _values(given) if mode == "function" else _own(arguments),
        python or interpreter(),
        steps,
        timeout,
        quiet_program,
        inputs,
    )
    if mode != "function" and (given or inputs):
        raise KlcliError("--arg and --input are for functions", "all behind the target is the program's own")
    run = launched(order)
    if run.ended:
        say(run.ended)
    when = "" if mode == "function" else _ORDINALS.get(len(run.recording.losses), "")
    return trace_report(watched(run.recording), when=when, accepted=accepted), settings


def _mode(target: str, *, is_module: bool) -> Mode:
    if is_module:
        return "module"
    if Path(target).is_file():
        return "script"
    if _FUNCTION.match(target):
        return "function"
    if Path(target).is_dir():
        raise KlcliError(f"{target} is a directory", "name a script, or a module: klcli trace -m package")
    # Letters, digits and dots are what a module is called, too.
    is_name = re.fullmatch(r"[\w.]+", target) and not target.endswith(".py")
    hint = f"a module is traced with -m {target}" if is_name else ""
    raise KlcliError(f"there is no file {target}", hint or "a script, -m module or package.module:function")


def _own(arguments: tuple[str, ...]) -> tuple[str, ...]:
    return arguments[1:] if arguments[:1] == ("--",) else arguments


def _values(given: tuple[str, ...]) -> dict[str, Any]:
    """The arguments by their names; what is no literal of Python is a text."""
    found: dict[str, Any] = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name.isidentifier():
            raise KlcliError(f"--arg is NAME=VALUE, got {text!r}", "for example --arg beta=4.0")
        try:
            found[name] = ast.literal_eval(value)
        except (ValueError, SyntaxError):
            found[name] = value
        if not isinstance(found[name], int | float | str | bool | None | list):
            raise KlcliError(f"--arg {name} must be a number, a text or a list", f"got {value}")
    return found
