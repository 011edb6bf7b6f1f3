"""What a start loads, by the names of modules: times mean nothing on a shared machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import klcli

HEAVY = ("numpy", "scipy", "sympy", "mpmath", "rich", "plotille", "matplotlib")

PROGRAM = """
import sys
from klcli.cli.main import run
for arguments in {runs!r}:
    try:
        run(arguments)
    except SystemExit:
        pass
    print("loaded", *sys.modules, file=sys.stderr)
"""


def loaded_after(*runs: tuple[str, ...]) -> list[set[str]]:
    """The modules that are loaded after each of some runs in one process."""
    program = PROGRAM.format(runs=runs)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    found = [set(line.split()) for line in done.stderr.splitlines() if line.startswith("loaded ")]
    assert len(found) == len(runs)
    return found


def loaded(*arguments: str) -> set[str]:
    """The modules that are loaded after a run."""
    return loaded_after(arguments)[0]


def check_no_library_of_numbers(*runs: tuple[str, ...]) -> None:
    """Of several runs in one process the first that loads one is blamed, and all behind it."""
    assert [run for run, modules in zip(runs, loaded_after(*runs), strict=True) if modules & set(HEAVY)] == []


def test_help_loads_no_library_of_numbers() -> None:
    commands = ("compute", "compare", "estimate", "trace", "weight", "derive", "verify", "explain")
    check_no_library_of_numbers(("--help",), ("-h",), (), *((command, "--help") for command in commands))


def test_help_loads_the_list_of_commands_and_what_writes_it() -> None:
    """Nothing of formulas, Gaussians and reports, no names of files: they would be a fifth of the start."""
    modules = loaded("--help")
    own = {name for name in modules if name.startswith("klcli.") and not name.startswith("klcli.cli")}
    assert own == {"klcli.errors", "klcli.values", "klcli.lazy_regex"}
    assert len({name for name in modules if name.startswith("klcli.cli.")}) <= 15
    assert not modules & {"pathlib", "fractions", "decimal", "tomllib", "click.shell_completion"}


def test_a_bare_number_has_no_steps() -> None:
    modules = loaded(
        "compute", "--mu", "0.3", "--sigma", "1.2", "--samples", "1000", "-q", "--color", "never"
    )
    assert "dataclasses" not in modules, "fields of values are known without it"
    assert not {name for name in modules if "derivation" in name or name.endswith("_steps")}
    assert len({name for name in modules if name.startswith("klcli.")}) <= 103


def test_version_is_not_looked_up_before_it_is_asked_for() -> None:
    assert "importlib.metadata" not in loaded("--help")


def test_compute_loads_neither_sympy_nor_scipy() -> None:
    modules = loaded("compute", "--mu", "0.3", "--sigma", "1.2", "--samples", "1000")
    assert "numpy" in modules
    assert not modules & {"sympy", "scipy", "mpmath", "matplotlib", "plotille"}


@pytest.mark.parametrize("prior", ["N(0, 2)", "0.3*N(-1, 0.1) + 0.7*N(1, 0.5)"])
def test_compute_with_a_prior_of_gaussians_loads_no_scipy(prior: str) -> None:
    modules = loaded(
        *("compute", "--mu", "0.3", "--sigma", "1.2", "--samples", "1000", "--steps", "none"),
        *("--prior", prior),
    )
    assert "numpy" in modules
    assert not modules & {"sympy", "scipy", "mpmath", "matplotlib", "plotille"}


def test_compute_without_another_prior_does_not_load_what_reads_them() -> None:
    modules = loaded("compute", "--mu", "0.3", "--sigma", "1.2", "--samples", "1000")
    assert not {name for name in modules if name.endswith((".other_priors", ".priors", ".densities"))}


def test_json_does_without_rich() -> None:
    assert "rich" not in loaded("compute", "--mu", "0.3", "--sigma", "1.2", "--samples", "1000", "--json")


def test_importing_the_library_loads_nothing_heavy() -> None:
    program = "import sys, klcli; print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not set(done.stderr.split()) & set(HEAVY)


def test_every_name_of_the_library_resolves_to_no_module() -> None:
    program = (
        "import types, klcli.judge.verdict, klcli.gaussian.kernel, klcli.formula.program_reader, klcli.report.compute\n"
        "print([n for n in klcli.__all__ if isinstance(getattr(klcli, n), types.ModuleType)])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


FORMULA = "-0.5 * (1 + logvar - mu**2 - exp(logvar))"


ONE_OF_EACH = {
    "exact": FORMULA,
    "exact with a prior": "log(s2/s1) + (s1^2 + (mu1 - mu2)^2)/(2 s2^2) - 1/2",
    "scaled": "-0.25 * (1 + logvar - mu**2 - exp(logvar))",
    "other-prior": "-0.5 * torch.sum(1 + log_sigma - mu.pow(2) - log_sigma.exp()**2)",
    "reversed": "log s + (1 + mu^2)/(2 s^2) - 1/2",
    "wrong": "-0.5 * (1 + log(s) - 2 mu^2 - s)",
    "not-kl": "mu^2 + s",
    "a mistake": "-0.5 * (1 + logvar + mu**2 - exp(logvar))",
    "no minimum": "mu^2 - log s",
}


OF_MATRICES = (
    "0.5 * (trace(S) + mu' mu - d - log det S)",
    "0.5 * (trace(S) + 3 mu' mu - d - log det S)",
    "0.5 * (trace(S) + mu' mu - d)",
)
OF_ESTIMATORS = ("torch.exp(ref_lp - lp) - (ref_lp - lp) - 1", "0.5 * (lp - ref_lp)**3")


def test_verify_loads_no_library_of_numbers() -> None:
    """Nor rich, where no terminal is, and the judge of matrices only for them."""
    texts = (*ONE_OF_EACH.values(), *OF_ESTIMATORS, *OF_MATRICES)
    runs = [("verify", *options, "--", text) for text in texts for options in ((), ("--json",))]
    check_no_library_of_numbers(*runs)
    for modules in loaded_after(*(("verify", "--", text) for text in ONE_OF_EACH.values())):
        assert not {name for name in modules if name.startswith("klcli.judge.spaces.matrices.")} - {
            "klcli.judge.spaces.matrices.readings"
        }


def test_a_right_formula_loads_nothing_of_what_is_wrong() -> None:
    """Tables of mistakes with their pages, corrections, counter-examples: a fifth of the walk."""
    modules = loaded("verify", "--", "-1/2 (1 + logvar - mu^2 - e^logvar)")
    assert "klcli.judge.ranked_readings" in modules
    of_wrong = [
        "counterexample",
        "landscape",
        "lost_terms",
        "comparison_wording",
        "other_quantities",
        "sampler",
    ]
    assert all((Path(klcli.__file__).parent / "judge" / f"{name}.py").exists() for name in of_wrong)
    assert not modules & {f"klcli.judge.{name}" for name in of_wrong}
    assert not {name for name in modules if name.startswith(("klcli.judge.mistakes.", "klcli.witness."))}


def test_lint_of_a_right_line_loads_nothing_that_corrects_wrong_ones(tmp_path: Path) -> None:
    correcting = {f"klcli.lint.findings.{name}" for name in ("edits", "fixes", "spelling")}
    (tmp_path / "right.py").write_text(
        "def kl(mu, logvar):\n    return -0.5*(1 + logvar - mu**2 - exp(logvar))\n"
    )
    (tmp_path / "wrong.py").write_text(
        "def kl(mu, logvar):\n    return -0.5*(1 + logvar + mu**2 - exp(logvar))\n"
    )
    right, wrong = loaded("lint", str(tmp_path / "right.py")), loaded("lint", str(tmp_path / "wrong.py"))
    assert "klcli.judge.verification" in right
    assert not right & {*correcting, "klcli.judge.lost_terms"}
    assert correcting <= wrong


@pytest.mark.parametrize(
    ("language", "other"),
    [("math", "klcli.formula.read.statements"), ("python", "klcli.formula.read.equation_systems")],
)
def test_a_text_loads_the_reader_of_its_language_alone(language: str, other: str) -> None:
    modules = loaded("verify", "--language", language, "--", FORMULA)
    assert "klcli.judge.ranked_readings" in modules
    assert other not in modules


def test_no_formula_of_verify_is_parsed_before_it_is_needed() -> None:
    program = (
        "import klcli.formula.read.math_parser as notation\n"
        "notation.parse = lambda *text, **how: print(text)\n"
        "import klcli.cli.commands.verify"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == ""


def test_verify_loads_nothing_that_only_files_need() -> None:
    """Temporary files bring what packs, draws and hashes with them."""
    assert not loaded("verify", "--", FORMULA) & {"tempfile", "shutil", "random", "hashlib", "bz2", "lzma"}


def test_verify_of_a_sampling_line_loads_no_library_of_numbers() -> None:
    modules = loaded("verify", FORMULA, "--sampler", "mu + exp(logvar) * eps")
    assert "klcli.judge.proof" in modules
    assert not modules & set(HEAVY)


def test_verify_works_where_there_is_no_library_of_numbers() -> None:
    """The same answers as with them, in an interpreter that can import none of them."""
    runs = [("verify", "--", text) for text in ONE_OF_EACH.values()]
    answers = []
    for missing in ((), HEAVY):
        program = "import sys\nsys.modules.update(dict.fromkeys({missing!r}))\n" + PROGRAM
        source = program.format(missing=missing, runs=runs)
        done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
        assert "Traceback" not in done.stderr
        answers.append(done.stdout)
    assert answers[0] == answers[1] != ""


def test_sympy_is_loaded_where_it_is_asked_for() -> None:
    modules = loaded("verify", FORMULA, "--json", "--prove")
    assert "sympy" in modules
    assert not modules & {"scipy", "matplotlib", "plotille", "numpy", "rich"}


def test_explain_loads_no_library_of_numbers() -> None:
    assert not loaded("explain", "KL101", "--json") & set(HEAVY)


def test_lint_loads_the_judge_for_those_files_only_that_are_worth_it(tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text("x = 1\n")
    modules = loaded("lint", str(tmp_path))
    assert "klcli.lint.source.module" in modules
    assert not modules & {*HEAVY, "klcli.lint.flow", "multiprocessing", "tomllib"} - {"rich"}


def test_lint_asks_the_judge_only_of_what_may_be_a_kl() -> None:
    """Code that names a KL mostly calls a library, and holds no formula of one."""
    modules = loaded("lint", str(Path(__file__).parents[1] / "examples" / "near_the_prior.py"))
    assert "klcli.lint.terms.recognition" in modules
    assert not modules & {"klcli.judge.answer", "klcli.judge.sampler", "klcli.judge.verification"}


def test_lint_mends_only_sources_with_errors(tmp_path: Path) -> None:
    mending = {
        f"klcli.lint.source.{name}" for name in ("mending", "error_recovery", "lexing", "python2", "splicing")
    }
    (tmp_path / "right.py").write_text(f"kl = {FORMULA}\n")
    (tmp_path / "broken.py").write_text(f"kl = {FORMULA}\nprint 'kl'\n")
    assert not loaded("lint", str(tmp_path / "right.py")) & mending
    assert mending <= loaded("lint", str(tmp_path / "broken.py"))


def test_a_formula_of_gaussians_loads_nothing_of_estimators(tmp_path: Path) -> None:
    wrong = "-0.5*torch.sum(1 + logvar - (mu - 1)**2 - torch.exp(0.5*logvar))"
    (tmp_path / "wrong.py").write_text(f"def kl(mu, logvar):\n    return {wrong}\n")
    for modules in loaded_after(("verify", "--", wrong), ("lint", str(tmp_path / "wrong.py"))):
        assert "klcli.judge.verification" in modules
        assert not [name for name in modules if ".log_ratios." in name and ".names." not in name]
