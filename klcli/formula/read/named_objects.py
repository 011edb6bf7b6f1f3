"""The objects that names stand for: which names change together, and which may share entries.

A view has the entries of another array, ``k = kl[:, 0]``: what changes one in place may change the other, in
a way that is not followed. The other one has no known value then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator


class NamedObjects:
    """The objects of a text, by their names as they are written: ``kl``, ``self.kl``."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._below: dict[int, set[int]] = {}
        """The objects whose entries an object may have, itself among them."""
        self._computed: set[int] = set()
        self._changed: dict[str, str] = {}
        """The names whose value may have been changed, by the name through which it was."""
        self._count = 0

    def number_of(self, name: str) -> int:
        """The object that a name stands for.

        Args:
            name: as it is written.
        """
        return self._numbers[name] if name in self._numbers else self.bind(name)

    def bind(
        self, name: str, same: int | None = None, sources: Iterable[str] = (), *, is_computed: bool = False
    ) -> int:
        """Let a name stand for an object.

        Args:
            name: that is given a value.
            same: the object, if it is one that has a name; None for another one.
            sources: names of objects whose entries it may have.
            is_computed: whether its entries are computed, and not what a network puts out.
        """
        below = {one for source in sources for one in self._below[self.number_of(source)]}
        if same is None:
            self._count += 1
            same = self._count
            self._below[same] = {same} | below
        if is_computed:
            self._computed.add(same)
        self._numbers[name] = same
        self._changed.pop(name, None)
        return same

    def keep(self, name: str, sources: Iterable[str]) -> None:
        """Put other objects into one that has a name: a list, or a table.

        Args:
            name: of the list.
            sources: names of objects whose entries it may have from now on.
        """
        number = self.number_of(name)
        self._below[number] |= {one for source in sources for one in self._below[self.number_of(source)]}

    def names_of(self, number: int) -> list[str]:
        """The names of one object, which change together."""
        return [name for name, own in self._numbers.items() if own == number]

    def note_change(self, name: str) -> None:
        """An object is changed in place: names of others that may share entries have no known value.

        An attribute, out.kl, may be any of those that its owner was made of.

        Args:
            name: through which it is changed.
        """
        changed, owner = self.number_of(name), self._numbers.get(name.rpartition(".")[0], 0)
        kept = self._below.get(owner, set()) - {owner}
        for other, number in self._numbers.items():
            if number != changed and (number in kept or self._may_share(number, changed)):
                self._changed[other] = name

    def _may_share(self, one: int, other: int) -> bool:
        """Whether one object may be a view of the other, or both of a computed one.

        Parts of what a network puts out are taken to be different ones.
        """
        of_one, of_other = self._below[one], self._below[other]
        return one in of_other or other in of_one or not of_one.isdisjoint(of_other & self._computed)

    @property
    def has_changes(self) -> bool:
        """Whether there are names whose value is not known any more."""
        return bool(self._changed)

    def changed_through(self, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Those of some names whose value is not known any more, and through which name it changed."""
        for name in names:
            if name in self._changed:
                yield name, self._changed[name]
