"""What was noted of a run: one JSON document, which any recorder may write, and what is made of it.

The document, `klcli.recording/1`, has these keys:

- ``framework``: its name and release.
- ``nodes``: the operations, each after those that it is computed from. A node has ``op``, ``args`` (places of
  nodes, or ``{"number": 0.5}``), ``shape``, ``dtype``, ``grad`` (whether a gradient flows through it),
  ``place`` (``[path, line, function]`` or null) and ``names`` (of local variables that held it).
- ``losses``: ``{"node", "value", "place"}`` of what a backward pass began from, and, where they are known,
  ``optimizer``, the name of the one that steps, ``instruction``, a number that tells two calls in one line
  apart, and ``gradients``, ``{"of", "by", "values"}``: what the
  framework's gradients of the loss with respect to the node ``by`` are, as far as they come through the node
  ``of``: not through another of these arrays, but with ``"whole": true``, as those of the whole loss may be
  told, and those of matrices that linear algebra leads from. ``others``: nodes that were alive then and lead
  to no loss.
- ``warnings``: what could not be noted.
- What may be left out: ``read``, nodes whose numbers were asked for, as by ``kl.item()``; ``rounded``, of a
  function: calls with one entry in short precisions, each with its ``dtype``, ``given`` (entries by the names
  of arguments), ``value`` and ``gradients`` (by the same names, or null); ``probes``: the same in double
  precision; ``called``: its ``name``, the arrays that it was called with as a whole, ``given`` (``{"shape",
  "values"}`` by the names of arguments), and ``shape`` and ``values`` of what it gave back.

Operations, with their further keys:

- ``add sub mul div pow``, ``neg exp log sqrt abs expm1 log1p log2 log10 exp2 square reciprocal rsqrt sigmoid
  softplus logsigmoid``: arithmetic of each entry; ``clamp`` with ``low`` and ``high``; ``trunc``.
- ``sum mean`` with ``axes`` (a list, or null for all) and ``keepdim``; ``stack`` of single numbers.
- ``keep``, the entries of an array at which another one is true; ``where`` of an array of truth values, what
  is taken where it is true, and what is taken where not, one of which is 0.
- Any of them may have ``handed_as``, what an array is called where it was handed to a function.
- ``same`` (no change of a value; with the ``call`` ``function`` its gradients are its own), ``shape`` (the
  same entries in another shape), ``spread`` (repeated over axes), ``stop`` (no gradient flows on), ``part``
  (of an array, by its ``key``), ``full`` (of one number).
- ``noise`` with ``kind`` ``randn`` or ``rand``; ``leaf``, anything else, with ``made_by`` and, for a function
  of single entries that is not followed, ``sources``: the leaves that it is made of.
- A ``leaf`` of linear algebra may have ``args``; it is one to all but KLs of covariance matrices: ``call``
  (``matmul einsum cholesky inverse solve solve_triangular cholesky_solve cholesky_inverse logdet det slogdet
  trace tril triu diag flip cat stack``, or ``function``, which changes no value) with its options; a ``part``
  may have its ``slice``, an axis and the place on it, or its ``view``: offset and strides of the array and of
  the part in the memory that both share.
- ``loss`` with ``kind``, ``call``, ``reduction`` (``sum``, ``mean``, ``batchmean``, ``none``): a likelihood
  of arrays, or with the kind ``kl-div`` a KL of tables of probabilities: the first has their logarithms, the
  second one with ``log_target``, too.

``values`` of a leaf are its entries, of any single number that number, where they are known; what is not
finite is written ``"nan"``, ``"inf"`` or ``"-inf"``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any, NamedTuple

from klcli.errors import KlcliError
from klcli.trace.walks import reached
from klcli.values import dataclass, field

SCHEMA = "klcli.recording/1"


class Place(NamedTuple):
    """Where a call stands."""

    path: str
    line: int
    function: str


@dataclass(frozen=True, slots=True)
class Step:
    """One node of a recording.

    Attributes:
        op: the operation.
        args: places of nodes as integers; numbers as doubles.
        shape: of the result.
        dtype: of the result, such as ``float32``.
        grad: whether a gradient flows through it.
        place: where it was called.
        names: of local variables that held it.
        more: what belongs to its operation.
    """

    op: str
    args: tuple[int | float, ...]
    shape: tuple[int, ...]
    dtype: str
    grad: bool
    place: Place | None
    names: tuple[str, ...]
    more: Mapping[str, Any]

    @property
    def name(self) -> str | None:
        """What it was called first."""
        return self.names[0] if self.names else None

    @property
    def below(self) -> tuple[int, ...]:
        """The nodes that it is computed from; a leaf is followed no further."""
        return () if self.is_leaf else self.operands

    @property
    def operands(self) -> tuple[int, ...]:
        """The nodes that it is computed from, also by linear algebra, and as parts of arrays."""
        return tuple(arg for arg in self.args if isinstance(arg, int))

    @property
    def size(self) -> int:
        """How many entries it has."""
        return prod(self.shape)

    @property
    def values(self) -> tuple[float, ...] | None:
        """Its entries, where they are known."""
        found = self.more.get("values")
        return None if found is None else tuple(map(float, found))

    @property
    def is_leaf(self) -> bool:
        """Whether nothing below it is followed."""
        return self.op in ("leaf", "part", "noise")


@dataclass(frozen=True, slots=True)
class NotedLoss:
    """What a backward pass began from.

    Attributes:
        node: its node.
        value: its value, where that is a number.
        place: where it began.
        optimizer: which one steps, or the ones that may.
        instruction: which of the calls in its line that was, where several can be.
        gradients: those by the framework, of a summand with respect to an array.
        whole_gradients: those through all other arrays: of matrices and their vectors, and of the loss.
    """

    node: int
    value: float | None
    place: Place | None
    optimizer: str | None = None
    instruction: int | None = None
    gradients: Mapping[tuple[int, int], tuple[float, ...]] = field(default_factory=dict, hash=False)
    whole_gradients: Mapping[tuple[int, int], tuple[float, ...]] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class RoundedCall:
    """A call with one entry in a short precision.

    Attributes:
        dtype: the precision.
        given: the entries by the names of the arguments.
        value: what came of it.
        gradients: by the same names; None where there is none.
    """

    dtype: str
    given: Mapping[str, float]
    value: float
    gradients: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class WholeCall:
    """The call of a function with whole arrays.

    Attributes:
        name: the function's.
        given: shapes and entries by the names of the arguments.
        shape: of what it gave back.
        values: the entries of that.
    """

    name: str
    given: Mapping[str, tuple[tuple[int, ...], tuple[float, ...]]]
    shape: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Recording:
    """A document as it was read."""

    framework: str
    steps: tuple[Step, ...]
    losses: tuple[NotedLoss, ...]
    others: tuple[int, ...]
    warnings: tuple[str, ...]
    rounded: tuple[RoundedCall, ...] = ()
    probes: tuple[RoundedCall, ...] = ()
    called: WholeCall | None = None
    read: tuple[int, ...] = ()

    def leading_to(self, index: int) -> Iterator[int]:
        """A node and all that it is computed from, each once."""
        return reached(index, lambda node: self.steps[node].below)

    def alike(self, index: int) -> list[int]:
        """The nodes of one array: a part of another may have been taken several times."""
        step = self.steps[index]
        if step.op != "part":
            return [index]
        key = (step.args, step.more.get("key"))
        parts = ((place, one) for place, one in enumerate(self.steps) if one.op == "part")
        return [place for place, one in parts if (one.args, one.more.get("key")) == key]


def read_recording(document: Mapping[str, Any]) -> Recording:
    """A recording out of its document.

    Raises:
        KlcliError: the document is none.
    """
    if not isinstance(document, Mapping) or document.get("schema") != SCHEMA:
        raise KlcliError(f"this is no recording with the schema {SCHEMA}", "see klcli.trace.recording")
    try:
        nodes = document["nodes"]
        steps = tuple(_step(node, place) for place, node in enumerate(nodes))
        losses = tuple(_loss(one, len(steps)) for one in document["losses"])
        others = tuple(_index(one["node"], len(steps)) for one in document["others"])
        warnings = tuple(map(str, document["warnings"]))
        rounded = tuple(map(_rounded, document.get("rounded", ())))
        probes = tuple(map(_rounded, document.get("probes", ())))
        called = _called(document["called"]) if "called" in document else None
        read = tuple(_index(one, len(steps)) for one in document.get("read", ()))
        framework = str(document["framework"])
        return Recording(framework, steps, losses, others, warnings, rounded, probes, called, read)
    except (KeyError, TypeError, ValueError) as error:
        raise KlcliError(f"the recording is not readable: {error!r}", "see klcli.trace.recording") from None


def _loss(one: Mapping[str, Any], end: int) -> NotedLoss:
    return NotedLoss(
        _index(one["node"], end),
        _number(one.get("value")),
        _place(one.get("place")),
        None if one.get("optimizer") is None else str(one["optimizer"]),
        None if one.get("instruction") is None else int(one["instruction"]),
        *(_gradients(one, end, is_whole=is_whole) for is_whole in (False, True)),
    )


def _gradients(
    loss: Mapping[str, Any], end: int, *, is_whole: bool
) -> dict[tuple[int, int], tuple[float, ...]]:
    return {
        (_index(slope["of"], end), _index(slope["by"], end)): tuple(map(float, slope["values"]))
        for slope in loss.get("gradients", ())
        if bool(slope.get("whole")) is is_whole
    }


def _rounded(one: Mapping[str, Any]) -> RoundedCall:
    given = {str(name): float(value) for name, value in one["given"].items()}
    gradients = {str(name): _number(value) for name, value in one["gradients"].items()}
    return RoundedCall(str(one["dtype"]), given, float(one["value"]), gradients)


def _called(one: Mapping[str, Any]) -> WholeCall:
    given = {str(name): _array(held) for name, held in one["given"].items()}
    return WholeCall(str(one["name"]), given, *_array(one))


def _array(one: Mapping[str, Any]) -> tuple[tuple[int, ...], tuple[float, ...]]:
    return tuple(map(int, one["shape"])), tuple(map(float, one["values"]))


def _step(node: Mapping[str, Any], place: int) -> Step:
    known = ("op", "args", "shape", "dtype", "grad", "place", "names")
    return Step(
        str(node["op"]),
        tuple(_argument(arg, place) for arg in node["args"]),
        tuple(map(int, node["shape"])),
        str(node["dtype"]),
        bool(node["grad"]),
        _place(node["place"]),
        tuple(map(str, node["names"])),
        {key: value for key, value in node.items() if key not in known},
    )


def _argument(arg: Any, place: int) -> int | float:
    return float(arg["number"]) if isinstance(arg, Mapping) else _index(arg, place)


def _index(value: Any, end: int) -> int:
    if not isinstance(value, int) or not 0 <= value < end:
        raise ValueError(f"there is no node {value} before it")
    return value


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _place(value: Sequence[Any] | None) -> Place | None:
    return None if value is None else Place(str(value[0]), int(value[1]), str(value[2]))
