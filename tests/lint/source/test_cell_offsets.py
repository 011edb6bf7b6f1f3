"""Where the code of a notebook stands in its JSON."""

from __future__ import annotations

import json

from klcli.lint.source.cell_offsets import CellStrings
from klcli.lint.source.notebooks import code_of


def test_characters_and_their_escapes() -> None:
    raw = json.dumps(
        {
            "metadata": {"language_info": {"name": "python"}},
            "cells": [
                {"cell_type": "markdown", "source": "é"},
                {"cell_type": "code", "source": ["s = 'é\\t'\n", 't = "σ"']},
            ],
        }
    )
    text = code_of(raw.encode())
    strings = CellStrings(raw, text)
    for part in ("é", "t = ", "σ", "s = 'é\\t'"):
        start = text.index(part)
        span = strings.raw_span(start, start + len(part))
        assert span is not None
        assert json.loads(f'"{raw[span[0] : span[1]]}"') == part
    assert strings.raw_span(text.index("s = "), text.index("σ") + 1) is None
    assert strings.quoted('é"') == '\\u00e9\\"'
