"""A page of explain: its record for data formats, its document for people, and all as linked files."""

from __future__ import annotations

from klcli.report.document import Paragraph
from klcli.report.explain_page import Page

PAGE = Page("KL101", "mistake", "factor 2 lost", "In words.", (Paragraph("shown"),), {"formula": "2 log s"})


def test_a_record_has_its_own_fields_last() -> None:
    assert PAGE.record == {
        "term": "KL101",
        "group": "mistake",
        "name": "factor 2 lost",
        "text": "In words.",
        "formula": "2 log s",
    }


def test_the_title_is_the_term_and_its_name() -> None:
    assert PAGE.document.title == "KL101: factor 2 lost"
    assert PAGE.document.blocks == PAGE.blocks
