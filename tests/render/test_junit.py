"""Findings as JUnit's XML, read back."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given

from klcli.render.junit import render
from klcli.report.finding_records import Findings
from tests.render.findings import NONE, SOME, findings


def test_suites() -> None:
    assert (
        render(SOME)
        == """\
<?xml version="1.0" encoding="utf-8"?>
<testsuites name="klcli" tests="4" failures="2" errors="1">
  <testsuite name="src/vae.py" tests="2" failures="1" errors="0">
    <testcase name="KL201 sampler and KL disagree" classname="src/vae.py">
      <failure type="KL201" message="the sample reads s as a log standard deviation, the KL in line 7 as a log-variance">src/vae.py:4:12: the sample reads s as a log standard deviation, the KL in line 7 as a log-variance
mu + exp(s) * randn_like(mu)</failure>
    </testcase>
    <testcase name="KL121 sums and means mixed" classname="src/vae.py">
      <system-out>src/vae.py:9:1: a mean
m</system-out>
    </testcase>
  </testsuite>
  <testsuite name="a: b, 100%.py" tests="1" failures="1" errors="0">
    <testcase name="KL101 factor 2 lost on the log" classname="a: b, 100%.py">
      <failure type="KL101" message="the log term has lost its factor 2">a: b, 100%.py:2:5: the log term has lost its factor 2
-0.5 * (1 + s
    - exp(2 * s))
help: kl = -0.5 * (1 + 2 * s - exp(2 * s))</failure>
    </testcase>
  </testsuite>
  <testsuite name="src/old.py" tests="1" failures="0" errors="1">
    <testcase name="not read" classname="src/old.py">
      <error type="unreadable" message="it is no Python 3: line 1: no, it is not" />
    </testcase>
  </testsuite>
</testsuites>
"""
    )


def test_a_report_is_never_empty() -> None:
    (suite,) = ElementTree.fromstring(render(NONE))
    assert [case.get("name") for case in suite] == ["nothing found"]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("1", "0", "0")


@given(findings)
def test_any_words_are_xml(found: Findings) -> None:
    text = render(found)
    assert text.isascii()
    root = ElementTree.fromstring(text)
    cases = root.findall("testsuite/testcase")
    assert len(cases) == (len(found.alerts) + len(found.unreadable) or 1)
    assert root.get("tests") == str(len(cases))
    failing = [alert for alert in found.alerts if alert.finding.severity in ("error", "warning")]
    assert root.get("failures") == str(len(failing)) == str(len(root.findall(".//failure")))
    assert root.get("errors") == str(len(found.unreadable))
