"""``[tool.klcli]``: where it is looked for, what it may say, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from klcli.cli.linting.linting_settings import Configuration, configuration_for
from klcli.errors import KlcliError


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "src" / "pack").mkdir(parents=True)
    (tmp_path / "src" / "pack" / "a.py").write_text("")
    return tmp_path


def write(text: str, path: str = "pyproject.toml") -> None:
    Path(path).write_text(text)


def test_every_key() -> None:
    write(
        '[tool.klcli]\nselect = ["KL1", "KL201"]\nignore = ["kl106"]\nexclude = ["gen/"]\nshow-terms = true\n'
        'notes = true\ngitignore = false\nbaseline = "kl.json"\n'
        '[tool.klcli.per-file-ignores]\n"tests/*" = ["KL2"]\n'
    )
    found = configuration_for("src/pack/a.py")
    assert (found.select, found.ignore) == (("KL1", "KL201"), ("KL106",))
    assert (found.show_terms, found.notes, found.gitignore) == (True, True, False)
    assert found.baseline == "kl.json"
    assert found.exclude
    assert found.exclude.matches("gen/x.py")
    ((files, codes),) = found.per_file_ignores
    assert codes == ("KL2",)
    assert (files.matches("tests/x.py"), files.matches("src/x.py")) == (True, False)


def test_the_nearest_that_speaks_to_us() -> None:
    write('[tool.klcli]\nselect = ["KL1"]\n')
    write("[tool.other]\nname = 'klcli'\n", "src/pyproject.toml")
    write("[broken", "src/pack/pyproject.toml")
    assert configuration_for("src/pack/a.py").select == ("KL1",)
    write('[tool.klcli]\nbaseline = "b.json"\n', "src/pyproject.toml")
    assert configuration_for("src").baseline == "src/b.json"
    assert configuration_for("src").select is None


def test_the_search_ends_at_the_repository() -> None:
    write('[tool.klcli]\nselect = ["KL1"]\n')
    (Path("src") / ".git").mkdir()
    assert configuration_for("src/pack/not/yet.py") == Configuration()


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("[tool.klcli]\nignor = []", "[tool.klcli] has no key 'ignor'", "did you mean 'ignore'?"),
        ("[tool.klcli]\nzzzz = 1", "[tool.klcli] has no key 'zzzz'", "the keys are select, ignore"),
        ("[tool.klcli\n", "is no TOML", "[tool.klcli]"),
        ("klcli = " + "[" * 9999, "is no TOML", "[tool.klcli]"),
        ("[tool]\nklcli = 3", "tool.klcli is no table", "for example"),
        ("[tool.klcli]\nselect = 'KL1'", "select is 'KL1'", "a list"),
        ("[tool.klcli]\nselect = [1]", "select is [1]", "a list"),
        ("[tool.klcli]\nselect = []", "select names no code", "KL101"),
        ("[tool.klcli]\nignore = ['E501']", "there is no code E501", "explain"),
        ("[tool.klcli]\nignore = ['KL11O']", "there is no code KL11O", "did you mean 'KL1"),
        ("[tool.klcli]\nexclude = ['!']", "'!' is no pattern", ".gitignore"),
        ("[tool.klcli]\nnotes = 1", "notes is 1", "true or false"),
        ("[tool.klcli]\nbaseline = true", "baseline is True", "a path"),
        ("[tool.klcli]\nper-file-ignores = []", "per-file-ignores is no table", "tests/**"),
    ],
)
def test_what_is_refused(text: str, message: str, hint: str) -> None:
    write(text)
    with pytest.raises(KlcliError, match=re.escape(message)) as error:
        configuration_for(".")
    assert error.value.message.startswith("pyproject.toml")
    assert hint in error.value.hint
    assert error.value.code == 2


def test_the_folder_of_a_user_is_not_asked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = folder / "home"
    for path in (home / "pyproject.toml", home / ".config" / "klcli" / "pyproject.toml"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('[tool.klcli]\nselect = ["KL1"]\n')
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    assert configuration_for("src") == Configuration()
