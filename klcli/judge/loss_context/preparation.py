"""A formula as it is judged: without what does not decide which KL it is.

Weights, other terms and counts are set aside (see `klcli.judge.loss_context.loss_parts`), small numbers that
keep a logarithm finite and clips (see `klcli.judge.loss_context.guards`), the distance to a capacity; each is
kept to be reported. What remains keeps its places in the text, so that a correction found in it can be made
there.
"""

from __future__ import annotations

from collections.abc import Sequence

from klcli.formula.program_reader import Program
from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Clip, Negative, Tree
from klcli.formula.value.budget import remembered
from klcli.judge.loss_context.capacity import capacity_of, within_capacity
from klcli.judge.loss_context.guards import guards, without_clips, without_guards
from klcli.judge.loss_context.loss_parts import Aside, set_aside
from klcli.judge.loss_context.summing import summed_up
from klcli.judge.shapes.mask_corners import with_kept_masks
from klcli.judge.shapes.reductions import Reductions
from klcli.judge.weight_signs import sign_in
from klcli.lazy_regex import regex
from klcli.values import dataclass, replace

_ENTRY = regex(r"\[\s*(?::|\.\.\.)\s*,\s*(-?\d+)\s*\]\Z")
"""One entry of every row, which takes the axis of the latents away: ``[:, 0]``, ``[..., -1]``."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A formula of one dimension, and what was set aside.

    Attributes:
        program: the formula as it was read; its negative where that is what the left-hand side says.
        aside: the formula that is judged, and what belongs to the loss around it.
        guarded: the formula with its small numbers, without clips.
        unguarded: the formula without either, and with all that is set aside.
        shifts: sums of a head and a small number that stand wherever the head does.
        epsilons: small numbers added inside of functions, as they were written.
        clips: the clips of some occurrences of a symbol and not of others.
        bounds: the clips of every occurrence, which bound what a network puts out.
        floors: clips of the whole, as free bits are.
        capacity: the C of ``abs(KL - C)``; what is judged is the KL in it.
    """

    program: Program
    aside: Aside
    guarded: Tree
    unguarded: Tree
    shifts: tuple[Tree, ...]
    epsilons: tuple[Tree, ...]
    clips: tuple[Clip, ...]
    bounds: tuple[Clip, ...]
    floors: tuple[Clip, ...]
    capacity: Tree | None = None

    @property
    def tree(self) -> Tree:
        """What is judged."""
        return self.aside.tree

    @property
    def weights(self) -> tuple[str, ...]:
        """What the whole is multiplied by; a mask is no weight of what it keeps, where that is averaged."""
        own = self.aside.weights
        return tuple(name for name in own if name not in self.reductions.kept) if own else own

    @property
    def divisors(self) -> tuple[str, ...]:
        """What the whole is divided by."""
        return self.aside.divisors

    @property
    def others(self) -> tuple[str, ...]:
        """Other terms of the loss."""
        return self.aside.others

    @property
    def turned(self) -> Prepared:
        """The same with the other sign of a difference: (b - g) f is (g - b) times -f."""
        (written, other), *_ = self.aside.differences
        weights, divisors = (
            tuple(other if text == written else text for text in texts)
            for texts in (self.weights, self.divisors)
        )
        tree = Negative(self.tree)
        return replace(self, aside=replace(self.aside, tree=tree, weights=weights, divisors=divisors))

    @property
    def reductions(self) -> Reductions:
        """Over what the program sums or averages."""
        return _reductions(self)

    @property
    def is_whole(self) -> bool:
        """Whether a program counts every latent once, and every constant as often as it should.

        Beside other terms that may not be 0 anywhere a constant cannot be told from them.
        """
        found = self.reductions
        no_constant = bool(self.others) if found.constant is None else not found.constant.terms
        return found.is_plain and no_constant

    def __hash__(self) -> int:
        # Trees that are equal may differ in the axes of their sums, sources do not.
        return hash((self.program.source, self.tree))


def prepare(program: Program, kept: Sequence[str] = ()) -> Prepared:
    """Set aside what does not decide which KL a formula is.

    Args:
        program: the formula.
        kept: symbols that are the mean or the head and must stay.
    """
    program = with_kept_masks(program)
    if sign_in(program) < 0:
        program = replace(program, tree=Negative(program.tree), arrays=Negative(program.arrays))
    capacity = capacity_of(program.tree)
    if capacity is not None:
        program = replace(program, tree=within_capacity(program.tree), arrays=within_capacity(program.arrays))
    guarded = guards(program.tree)
    return Prepared(
        program=program,
        aside=set_aside(guarded.tree, without_guards(program.arrays), kept),
        guarded=without_clips(program.tree),
        unguarded=guarded.tree,
        shifts=tuple(guarded.shifts),
        epsilons=tuple(guarded.epsilons),
        clips=tuple(guarded.clips),
        bounds=tuple(guarded.bounds),
        floors=tuple(guarded.floors),
        capacity=capacity,
    )


# The formulas and ways of one program.
@remembered(128)
def _reductions(prepared: Prepared) -> Reductions:
    if prepared.program.of_matrices:
        return Reductions("none")  # its sums are those of traces and products
    is_math = prepared.program.language == "math"
    return summed_up(prepared.aside, in_formula=is_math, is_one_latent=_is_one_latent(prepared))


def _is_one_latent(prepared: Prepared) -> bool:
    """Whether every mean and head is the same entry of each row: ``mu[:, 0]`` beside ``logvar[:, 0]``."""
    written = [prepared.program.spellings.get(name, "") for name in free_symbols(prepared.tree)]
    entries = {found[1] if one and (found := _ENTRY.search(one)) else "" for one in written}
    return len(entries) == 1 and "" not in entries
