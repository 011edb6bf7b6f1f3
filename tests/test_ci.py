"""The parts of `.ci/run`: the oldest versions, the tests that optional packages unlock, what calls libraries."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
REPORT = """<testsuites><testsuite>
  <testcase classname="tests.test_ci" name="test_a"/>
  <testcase classname="tests.test_layers" name="test_b[x.y]"><skipped message="could not import 'torch'"/></testcase>
  <testcase classname="tests.test_layers" name="test_b[z]"><skipped message="could not import 'torch'"/></testcase>
  <testcase classname="tests.test_readme.TestClass" name="test_c"><skipped message="could not import 'torch'"/></testcase>
  <testcase classname="" name="tests.test_startup"><skipped message="collection skipped">('x.py', 3, "could not import 'torch'")</skipped></testcase>
  <testcase classname="tests.test_reference" name="test_d"><skipped message="there is no pdflatex"/></testcase>
</testsuite></testsuites>"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, cwd=ROOT, check=False)


def test_every_requirement_has_an_oldest_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    done = run(".ci/oldest.py")
    assert done.stdout.splitlines() == [each.replace(">=", "==") for each in wanted]


@pytest.mark.parametrize(
    ("report", "out", "status"),
    [
        (
            REPORT,
            "tests/test_layers.py::test_b tests/test_readme.py::TestClass::test_c tests/test_startup.py\n",
            0,
        ),
        (REPORT.replace("skipped", "passed"), "", 1),
    ],
)
def test_what_misses_a_package(tmp_path: Path, report: str, out: str, status: int) -> None:
    path = tmp_path / "report.xml"
    path.write_text(report)
    done = run(".ci/skipped.py", str(path))
    assert (done.returncode, done.stdout) == (status, out)


def test_what_calls_a_library() -> None:
    """One test for each, and none of what is plain Python."""
    found = run(".ci/callers.py").stdout.split()
    assert all((ROOT / path).is_file() for path in found)
    assert {
        "tests/cli/test_help.py",  # click
        "tests/gaussian/test_kernel.py",  # numpy
        "tests/witness/test_error_bars.py",  # scipy
        "tests/render/test_terminal.py",  # rich
        "tests/judge/test_proof.py",  # sympy, in a function
        "tests/render/test_braille.py",  # plotille
        "tests/render/test_png.py",  # matplotlib
    } <= {*found}
    assert not {"tests/judge/test_verdict.py", "tests/lint/test_fixtures.py", "tests/render/test_html.py"} & {
        *found
    }
