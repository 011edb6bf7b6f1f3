"""Findings as JUnit's XML, which build servers read: a suite for each file, a case for each finding."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from klcli.lazy_regex import regex
from klcli.report.finding_records import Alert, Findings, UnreadableData, spot

_NO_XML = regex("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 has not, not even escaped."""
_FAILING = ("error", "warning")


def render(findings: Findings) -> str:
    """The XML text: errors and warnings fail, a file that was not read is an error, the rest passes.

    Where nothing was found there is one case, which passes: a report without any counts as broken.
    """
    cases = [
        *((alert.finding.path, _case(alert)) for alert in findings.alerts),
        *((row.path, _unreadable(row)) for row in findings.unreadable),
    ]
    suites: dict[str, Element] = {}
    for path, case in cases or [("klcli", Element("testcase", name="nothing found", classname="klcli"))]:
        suites.setdefault(path, Element("testsuite", name=_clean(path))).append(case)
    root = Element("testsuites", name="klcli")
    root.extend(suites.values())
    for element in (root, *root):
        for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
            element.set(name, str(len(element.findall(f".//{tag}"))))
    indent(root)
    # In ASCII, with the other characters as references, the text is right in any encoding.
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="us-ascii").decode()}\n'


def _case(alert: Alert) -> Element:
    found = alert.finding
    case = Element("testcase", name=f"{found.code} {alert.rule.name}", classname=_clean(found.path))
    text = f"{spot(found)}: {found.message}\n{found.expression}"
    if found.fix:
        text += f"\nhelp: {found.fix}"
    if found.severity in _FAILING:
        failure = SubElement(case, "failure", type=found.code, message=_clean(found.message))
        failure.text = _clean(text)
    else:
        SubElement(case, "system-out").text = _clean(text)
    return case


def _unreadable(row: UnreadableData) -> Element:
    case = Element("testcase", name="not read", classname=_clean(row.path))
    SubElement(case, "error", type="unreadable", message=_clean(row.reason))
    return case


def _clean(text: str) -> str:
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
