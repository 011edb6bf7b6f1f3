"""What a KL term really computes: calculator and verifier for Gaussian KL divergences.

The names below are the library's; each is resolved on first use, so that importing the package is cheap::

    import klcli

    klcli.compute(0.3, 1.2).value           # 0.08267844320604535, correctly rounded
    klcli.verify("-0.5 * (1 + logvar - mu**2 - exp(logvar))").is_exact      # True
    klcli.compare("var").exact              # ('B',)
    klcli.lint_files(["src"]).findings      # what `klcli lint src` finds
    klcli.estimate(log_q - log_p).value     # from samples of q, as numpy arrays
    klcli.summarize_latents(mean, logvar, param="logvar").active_units   # of a data set
    klcli.kl(mean, logvar, parameterization="logvar")    # arrays, elementwise, at most 8 ulp

What the commands answer has the fields of their JSON; `klcli.to_json` writes it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from klcli.asking.comparisons import compare
    from klcli.asking.divergences import compute, estimate
    from klcli.asking.formulas import verify
    from klcli.asking.formulas import verify as verify_matrices
    from klcli.asking.latents import summarize_latent_files, summarize_latents
    from klcli.asking.watching import watch
    from klcli.cli.linting.lint_files import lint_files
    from klcli.errors import KlcliError
    from klcli.formula.program_reader import read, read_matrices, read_program
    from klcli.formula.write.printing import to_text
    from klcli.gaussian.derivation import derive
    from klcli.gaussian.distribution import Gaussian
    from klcli.gaussian.divergence import divergence, divergence_digits
    from klcli.gaussian.divergence import divergence as covariance_divergence
    from klcli.gaussian.kernel import divergence as kl
    from klcli.gaussian.parameterization import PARAMETERIZATIONS
    from klcli.judge.question import Question
    from klcli.judge.verdict import judge as verdict
    from klcli.render.json import render as to_json
    from klcli.witness.examination import examine

__all__ = [
    "Gaussian",
    "KlcliError",
    "PARAMETERIZATIONS",
    "Question",
    "__version__",
    "compare",
    "compute",
    "derive",
    "divergence",
    "covariance_divergence",
    "divergence_digits",
    "estimate",
    "examine",
    "kl",
    "lint_files",
    "read",
    "read_matrices",
    "read_program",
    "summarize_latent_files",
    "summarize_latents",
    "to_json",
    "to_text",
    "verdict",
    "verify",
    "verify_matrices",
    "watch",
]

__version__ = "0.2.0"
"""The one place of the version: the package's metadata are made of it, and need not be there to say it."""

_HOME = {
    "Gaussian": "klcli.gaussian.distribution:Gaussian",
    "KlcliError": "klcli.errors:KlcliError",
    "PARAMETERIZATIONS": "klcli.gaussian.parameterization:PARAMETERIZATIONS",
    "Question": "klcli.judge.question:Question",
    "compare": "klcli.asking.comparisons:compare",
    "compute": "klcli.asking.divergences:compute",
    "derive": "klcli.gaussian.derivation:derive",
    "divergence": "klcli.gaussian.divergence:divergence",
    "covariance_divergence": "klcli.gaussian.divergence:divergence",
    "divergence_digits": "klcli.gaussian.divergence:divergence_digits",
    "estimate": "klcli.asking.divergences:estimate",
    "examine": "klcli.witness.examination:examine",
    "kl": "klcli.gaussian.kernel:divergence",
    "lint_files": "klcli.cli.linting.lint_files:lint_files",
    "read": "klcli.formula.program_reader:read",
    "read_matrices": "klcli.formula.program_reader:read_matrices",
    "read_program": "klcli.formula.program_reader:read_program",
    "summarize_latent_files": "klcli.asking.latents:summarize_latent_files",
    "summarize_latents": "klcli.asking.latents:summarize_latents",
    "to_json": "klcli.render.json:render",
    "to_text": "klcli.formula.write.printing:to_text",
    "verdict": "klcli.judge.verdict:judge",
    "verify": "klcli.asking.formulas:verify",
    "verify_matrices": "klcli.asking.formulas:verify",
    "watch": "klcli.asking.watching:watch",
}
"""Where each name is; type checkers read the imports and `__all__`, the program this."""


if not TYPE_CHECKING:  # which would take any misspelt name for one of type Any

    def __getattr__(name: str) -> Any:
        if name not in _HOME:
            raise AttributeError(f"module 'klcli' has no attribute {name!r}")
        module, attribute = _HOME[name].split(":")
        value = getattr(import_module(module), attribute)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
