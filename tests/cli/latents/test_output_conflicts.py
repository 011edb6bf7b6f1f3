"""Files that are read are not written."""

from __future__ import annotations

from pathlib import Path

import pytest

from klcli.cli.latents.output_conflicts import check_outputs
from klcli.errors import KlcliError


def test_files_of_their_own(tmp_path: Path) -> None:
    check_outputs(["a.csv", "-"], {"--per-row": "b.csv", "--output": "c.csv", "--plot": None})


def test_a_link_is_the_file_that_it_names(tmp_path: Path) -> None:
    (tmp_path / "a.csv").touch()
    (tmp_path / "b.csv").symlink_to("a.csv")
    with pytest.raises(KlcliError, match="--plot would overwrite"):
        check_outputs([str(tmp_path / "a.csv")], {"--plot": str(tmp_path / "b.csv")})
