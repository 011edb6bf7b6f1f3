"""Which files hold the posteriors: named ones, those of folders, one for each array."""

from __future__ import annotations

from pathlib import Path

import pytest

from klcli.cli.latents.inputs import inputs
from klcli.errors import KlcliError


def files(*paths: str, mean: str | None = None, **heads: str) -> list[tuple[str, ...]]:
    return [table.paths for table in inputs(paths, mean, heads).tables]


def test_files_are_taken_in_the_order_in_which_they_are_named(tmp_path: Path) -> None:
    names = [str(tmp_path / name) for name in ("b.npz", "a.npz")]
    assert files(*names) == [(name,) for name in names]
    assert files("-") == [("-",)]


def test_a_folder_is_its_tables_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b.npz", "a.CSV", "c/d.npy", "notes.txt", "e.npz.bak"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "f.npz").mkdir()
    assert files(str(tmp_path)) == [(str(tmp_path / name),) for name in ("a.CSV", "b.npz", "c/d.npy")]


def test_arrays_may_be_files_of_their_own() -> None:
    found = inputs((), "mu.npy", {"logvar": "lv.npy"})
    assert [table.paths for table in found.tables] == [("mu.npy", "lv.npy")]
    assert found.mean is None
    assert found.heads == {"logvar": "lv.npy"}


def test_beside_files_the_options_name_arrays() -> None:
    found = inputs(("t.npz",), "mu", {"std": "s"})
    assert (found.mean, found.heads) == ("mu", {"std": "s"})
    assert [table.paths for table in found.tables] == [("t.npz",)]


@pytest.mark.parametrize(
    ("paths", "mean", "heads", "message"),
    [
        ((), None, {}, "no table is given"),
        ((), "mu.npy", {}, "no table is given"),
        ((), None, {"std": "s.npy"}, "no table is given"),
        (("t.npz",), "mu", {"std": "s", "var": "v"}, "--std and --var say the same thing twice"),
    ],
)
def test_too_little_and_too_much_is_refused(
    paths: tuple[str, ...], mean: str | None, heads: dict[str, str], message: str
) -> None:
    with pytest.raises(KlcliError, match=message) as caught:
        inputs(paths, mean, heads)
    assert caught.value.hint


def test_a_folder_without_tables_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(KlcliError, match="there is no table in") as caught:
        inputs((str(tmp_path),), None, {})
    assert ".npz" in caught.value.hint
