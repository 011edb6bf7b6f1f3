"""Findings to render: some as linting gives them, and any that there could be."""

from __future__ import annotations

from hypothesis import strategies as st

from klcli.judge.mistakes.table import MISTAKES, find_mistake
from klcli.lint.findings.places import SourceSpan
from klcli.lint.findings.types import Edit
from klcli.report.finding_records import Alert, FindingData, Findings, RelatedData, UnreadableData

DISAGREES = Alert(
    FindingData(
        *("src/vae.py", 4, 12, 4, 40, "KL201", "warning", "medium"),
        "the sample reads s as a log standard deviation, the KL in line 7 as a log-variance",
        "mu + exp(s) * randn_like(mu)",
        "logstd",
        RelatedData("src/loss.py", 7, 5, 7, 30, "the KL"),
        None,
    ),
    find_mistake("KL201"),
    None,
)
FACTOR = Alert(
    FindingData(
        *("a: b, 100%.py", 2, 5, 3, 9, "KL101", "error", "high"),
        "the log term has lost its factor 2",
        "-0.5 * (1 + s\n    - exp(2 * s))",
        "logstd",
        None,
        "kl = -0.5 * (1 + 2 * s - exp(2 * s))",
    ),
    find_mistake("KL101"),
    Edit(SourceSpan("a: b, 100%.py", 2, 17, 2, 18), "2 * s"),
)
INFO = Alert(
    FindingData("src/vae.py", 9, 1, 9, 4, "KL121", "info", "high", "a mean", "m", None, None, None),
    find_mistake("KL121"),
    None,
)
UNREAD = UnreadableData("src/old.py", "it is no Python 3: line 1: no, it is not")
SOME = Findings((DISAGREES, FACTOR, INFO), (UNREAD,))
NONE = Findings((), ())

_words = st.text(max_size=20) | st.sampled_from(
    ["::error::", "a\nb", "\x00\x1b\ufffe", "%0A,:", "]]>", "\udc80"]
)
_numbers = st.integers(-1, 5)
_places = st.builds(SourceSpan, _words, _numbers, _numbers, _numbers, _numbers)
_related = st.builds(RelatedData, _words, _numbers, _numbers, _numbers, _numbers, _words)


@st.composite
def _alerts(draw: st.DrawFn) -> Alert:
    rule = draw(st.sampled_from([*MISTAKES.values()]))
    numbers = [draw(_numbers) for _ in range(4)]
    data = FindingData(
        *(draw(_words.filter(lambda path: "\0" not in path)), *numbers, rule.code),
        draw(st.sampled_from(["error", "warning", "info", "note"])),
        *("high", draw(_words), draw(_words), None),
        draw(st.none() | _related),
        draw(st.none() | _words),
    )
    return Alert(data, rule, draw(st.none() | st.builds(Edit, _places, _words)))


findings = st.builds(
    Findings,
    st.lists(_alerts(), max_size=3).map(tuple),
    st.lists(st.builds(UnreadableData, _words, _words), max_size=2).map(tuple),
)
"""Findings with odd places and hostile words."""
