"""Documents to render: two that look like those of the commands, and any that there could be."""

from __future__ import annotations

from hypothesis import strategies as st

from klcli.formula.read.math_parser import parse
from klcli.report.document import (
    Area,
    Axis,
    Bars,
    Cell,
    CellTable,
    ColumnHead,
    Curve,
    Document,
    Excerpt,
    Fact,
    FactList,
    Heading,
    Item,
    Listing,
    Note,
    Paragraph,
    Plot,
    ShownStep,
    SourceExcerpts,
    Steps,
    Text,
)

A = parse("-1/2 (2 log s - s^2 - mu^2 + 1)")
WRITTEN_OUT = parse(
    "E_q[-1/2 log(2 pi sigma_1^2) - (x - mu_1)^2/(2 sigma_1^2)"
    " - (-1/2 log(2 pi sigma_2^2) - (x - mu_2)^2/(2 sigma_2^2))]"
)

COMPUTE = Document(
    "KL(q || p), q = N(0.3, 1.2²), p = N(0, 1)",
    (
        Paragraph("reading: 1.2 is a standard deviation, so sigma = 1.2"),
        FactList(
            (
                Fact("closed form", "≈ 0.0826784 nats", "spread 0.0376784 + shift 0.045", "strong"),
                Fact("integral", "≈ 0.0826784 nats", "agrees", "good"),
                Fact("Monte Carlo", "≈ 0.08243 ± 0.00049 nats", "z = -0.5; 1,000,000 samples, seed 0"),
            )
        ),
        Note("warning", "[nats] are no :100: — σ² ≤ ½ has no error bar"),
        Note("note", "read as a variance it gives 0.0538392"),
        Heading("steps"),
        Steps(
            "KL(q || p)",
            (
                ShownStep("definition", parse("E_q[log q - log p]")),
                ShownStep("log densities written out", WRITTEN_OUT),
                ShownStep("the head s is a standard deviation", A, "≈ 0.0826784"),
            ),
        ),
    ),
)

COMPARE = Document(
    ("KL(q || p) where ", parse("sigma"), " is the head"),
    (
        Item("A", (Paragraph((A,)), Paragraph("exact: is KL(q || N(0, 1)) itself", "good"))),
        CellTable(
            (
                ColumnHead(""),
                ColumnHead("verdict"),
                ColumnHead("nats", numeric=True),
                ColumnHead("what it is"),
            ),
            (
                (Cell("A", "strong"), Cell("exact", "good"), Cell("0.0826784"), Cell("the KL divergence")),
                (
                    Cell("B", "strong"),
                    Cell("wrong", "bad"),
                    Cell("0.05"),
                    Cell("keeps the minimum, with a quarter of the curvature that the KL has there"),
                ),
            ),
        ),
        Plot(
            "penalty",
            Axis("sigma"),
            Axis("nats", high=2.0),
            (Curve("B", (0.0, 1.0, 2.0, 3.0), (1.0, 0.0, float("nan"), 1e300)),),
            Curve("KL", (0.0, 1.0, 2.0, 3.0), (float("inf"), 0.0, 1.0, 2.5)),
        ),
    ),
)

_ODD = st.sampled_from(
    [
        "[nats]",
        "[bold red]",
        "[/]",
        ":100:",
        "\x1b[31m",
        "\x1b]0;title\x07",
        "\u202egnp",
        "\r\n",
        "\t",
        "a|b",
        "`x`",
        "**b** _i_",
        "<b>&amp;",
        "1. one",
        "- item",
        "---",
        "# title #",
        "$5 and $6",
        "KL(q || p)",
        "\\",
        "~~no~~",
        "x" * 200,
        "שלום עולם",
        "漢字かな",
        "e\u0301",
        "👩\u200d🔬",
        "2½",
        "σ² ± 10⁻³",
        "~ ^ % # _ { }",
        "\ue000",
        "\xa0",
    ]
)
words: st.SearchStrategy[str] = st.lists(_ODD | st.text(max_size=30), max_size=3).map(" ".join)
trees = st.sampled_from([A, WRITTEN_OUT, parse("0.5 s"), parse("sum_j (s_j^2)"), parse("sigma_1")])
texts: st.SearchStrategy[Text] = words | st.lists(words | trees, max_size=3).map(tuple)
tones = st.sampled_from(["plain", "strong", "good", "bad", "muted"])
paragraphs = st.builds(Paragraph, texts, tones)
floats = st.floats() | st.sampled_from([0.0, 1.0, 1e308, -1e308, 5e-324])


@st.composite
def tables(draw: st.DrawFn) -> CellTable:
    """Tables of 1 to 4 columns."""
    columns = draw(st.lists(st.builds(ColumnHead, texts, st.booleans()), min_size=1, max_size=4))
    cells = st.tuples(*[st.builds(Cell, texts, tones)] * len(columns))
    return CellTable(tuple(columns), tuple(draw(st.lists(cells, max_size=3))))


@st.composite
def curves(draw: st.DrawFn) -> Curve:
    """Curves of up to 4 points of any size."""
    points = draw(st.lists(st.tuples(floats, floats), max_size=4))
    return Curve(draw(words), tuple(x for x, _ in points), tuple(y for _, y in points))


@st.composite
def areas(draw: st.DrawFn) -> Area:
    """Areas between up to 4 points of any size."""
    points = draw(st.lists(st.tuples(floats, floats, floats), max_size=4))
    return Area(draw(words), *(tuple(point[place] for point in points) for place in range(3)))


@st.composite
def bars(draw: st.DrawFn) -> Bars:
    """Up to 4 bars of any size."""
    edges = draw(st.lists(floats, min_size=1, max_size=5))
    heights = draw(st.lists(floats, min_size=len(edges) - 1, max_size=len(edges) - 1))
    return Bars(draw(words), tuple(edges), tuple(heights))


axes = st.builds(
    Axis,
    words,
    st.sampled_from(["linear", "log"]),
    st.sampled_from([float("-inf"), -10.0, 0.0]),
    st.sampled_from([float("inf"), 1e3, 2.0]),
)
series = st.one_of(curves(), areas(), bars())
plots = st.builds(
    Plot, words, axes, axes, st.lists(series, max_size=3).map(tuple), st.none() | curves(), words
)
_numbers = st.integers(-2, 60)
excerpts = st.builds(
    Excerpt,
    words,
    *[_numbers] * 4,
    st.lists(words | st.just(r"\end{verbatim} ```"), max_size=12).map(tuple),
    words,
)
"""Lines with spans anywhere, also where there is no text."""
kinds = st.sampled_from(["error", "warning", "info", "note"])
sources = st.builds(
    SourceExcerpts, kinds, st.lists(excerpts, max_size=2).map(tuple), st.lists(words, max_size=2).map(tuple)
)
blocks = st.one_of(
    st.builds(Heading, words),
    paragraphs,
    st.builds(
        Listing,
        st.lists(words | st.just(r"\end{verbatim} ```"), max_size=3).map(
            lambda lines: "\n".join(["x", *lines])
        ),
    ),
    st.builds(Note, kinds, texts),
    st.builds(Item, words, st.lists(paragraphs, min_size=1, max_size=3).map(tuple)),
    st.lists(st.builds(Fact, words, texts, texts, tones), max_size=3).map(
        lambda facts: FactList(tuple(facts))
    ),
    tables(),
    st.builds(
        Steps,
        words,
        st.lists(st.builds(ShownStep, texts, trees, words), min_size=1, max_size=3).map(tuple),
    ),
    plots,
    sources,
)
documents = st.builds(Document, texts, st.lists(blocks, max_size=3).map(tuple))
