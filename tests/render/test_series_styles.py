"""How series are told apart."""

from __future__ import annotations

from klcli.render.series_styles import PLAIN, letters, look_of, looks
from klcli.report.document import Axis, Curve, Plot


def named(*names: str, truth: str | None = None) -> list[str]:
    curves = [Curve(name, (), ()) for name in names]
    return list(letters(Plot("", Axis(""), Axis(""), tuple(curves), Curve(truth, (), ()) if truth else None)))


def test_letters_are_the_names_or_come_from_them() -> None:
    assert named("A", "B", truth="KL") == ["K", "A", "B"]
    assert named("k", "k1", "k2", "mean", "µ") == ["k", "1", "2", "m", "µ"]
    assert named("charged", "c") == ["h", "c"], "the name of another is taken"
    assert named("  ", "--") == ["0", "1"]


def test_looks_of_neighbours_differ_without_colour() -> None:
    dashes = [look_of(index).dashes for index in range(6)]
    assert len(set(dashes)) == 6
    assert look_of(6) == look_of(0)
    assert len({look.name for look in looks()} | set(PLAIN)) == len(looks()) + len(PLAIN)


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_everything_can_be_seen_on_both_grounds() -> None:
    """WCAG 2.2: 4.5 for words, 3 for lines; the truth is broad, and grid lines are no content."""
    for ground in ("light", "dark"):
        paper = getattr(PLAIN["ground"], ground)
        assert all(contrast(getattr(PLAIN[name], ground), paper) > 4.5 for name in ("text", "muted"))
        for look in looks()[1:]:
            assert contrast(getattr(look, ground), paper) > 3
