"""A benchmark does not end where a peer is broken."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks import covariance, kernel, monte_carlo, startup

BROKEN = {
    "not_there": "raise ModuleNotFoundError(\"No module named 'tensorflow'\")",
    "does_not_fit": "import sys\nsys.no_such_attribute",
    "no_library": "raise OSError('libcudart.so: cannot open shared object file')",
    "ends": "raise SystemExit('install me first')",
    "says_nothing": "raise RuntimeError",
    "on_first_use": "def __getattr__(name):\n    raise ModuleNotFoundError(\"No module named 'tensorflow'\")",
}
"""What a module may do when it is imported; TensorFlow Probability without TensorFlow does the last."""
PEERS = ("torch", "jax", "numpyro", "distrax", "tensorflow_probability")


@pytest.fixture(params=BROKEN)
def broken(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """All peers are installed, and none works."""
    for name in [name for name in sys.modules if name.partition(".")[0] in PEERS]:
        monkeypatch.delitem(sys.modules, name)
    for name in PEERS:
        (tmp_path / f"{name}.py").write_text(BROKEN[request.param])
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in PEERS:
        sys.modules.pop(name, None)


@pytest.mark.usefixtures("broken")
def test_what_is_broken_is_named_and_left_out(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(monte_carlo, "SAMPLES", 10_000)
    assert set(covariance.installed()) == {"klcli", "textbook formula in numpy", "Cholesky with scipy"}
    assert [each.name for each in kernel.contenders()] == ["klcli", "textbook, numpy"]
    assert [name for name, _ in monte_carlo.rows()] == ["klcli"]
    said = capsys.readouterr().out
    for name in ("torch", "numpyro", "TFP", "distrax"):
        assert f"{name} is left out: " in said or f"{name}.distributions is left out: " in said


def test_a_command_that_fails_is_not_timed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(startup, "ROUNDS", 1)
    well, badly = ("-c", "pass"), ("-c", "import no_such_library")
    monkeypatch.setattr(startup, "COMMANDS", {"bare": well, "numpy": well, "peer": badly})
    assert [name for name, *_ in startup.rows()] == ["bare", "numpy"]
    assert "peer is left out: ModuleNotFoundError" in capsys.readouterr().out
