"""Objects and their names: what is changed through one name may be changed for others."""

from __future__ import annotations

from klcli.formula.read.named_objects import NamedObjects


def test_names_of_one_object_and_of_views() -> None:
    objects = NamedObjects()
    kl = objects.bind("kl", is_computed=True)
    assert objects.bind("same", kl) == kl
    objects.bind("view", sources=["kl"])
    objects.bind("other", sources=["same"])
    objects.bind("copy")
    assert sorted(objects.names_of(kl)) == ["kl", "same"]
    assert not objects.has_changes
    objects.note_change("view")
    assert objects.has_changes
    names = ["kl", "same", "view", "other", "copy", "unknown"]
    assert list(objects.changed_through(names)) == [(name, "view") for name in ("kl", "same", "other")]
    objects.bind("kl")
    assert list(objects.changed_through(["kl"])) == []


def test_what_is_put_into_a_list_or_a_table() -> None:
    objects = NamedObjects()
    for name in ("kl", "mu", "out", "kls"):
        objects.bind(name, sources=["kl", "mu"] if name == "out" else [])
    objects.note_change("kls")
    assert not objects.has_changes
    objects.keep("kls", ["kl"])
    objects.note_change("kls")
    assert list(objects.changed_through(["kl", "mu"])) == [("kl", "kls")]
    objects.bind("kl")
    objects.note_change("out.mu")
    assert list(objects.changed_through(["kl", "mu"])) == [("mu", "out.mu")]


def test_parts_of_what_a_network_puts_out_are_different_ones() -> None:
    objects = NamedObjects()
    for name in ("mu", "logvar"):
        objects.bind(name, sources=["h"])
    objects.note_change("logvar")
    assert list(objects.changed_through(["mu", "h", "logvar"])) == [("h", "logvar")]
