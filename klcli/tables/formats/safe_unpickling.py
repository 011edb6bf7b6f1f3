"""The pickles of ``torch.save``, followed without unpickling: tensors in dictionaries and lists, no more.

The standard library's ``pickletools`` lists the operations of a pickle without doing any. The few that such
data need are followed here, on a stack of plain values, and the names that a pickle calls are looked up in a
short list and never imported.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from typing import Any

from klcli.errors import KlcliError
from klcli.tables.formats.contiguous_rows import BFLOAT16
from klcli.values import dataclass

HINT = "torch.save({'mu': mu, 'logvar': logvar}, 'latents.pt') with tensors alone"
_STORAGES = {
    "DoubleStorage": ("<f8", 8),
    "FloatStorage": ("<f4", 4),
    "HalfStorage": ("<f2", 2),
    "BFloat16Storage": (BFLOAT16, 2),
    "LongStorage": ("<i8", 8),
    "IntStorage": ("<i4", 4),
    "ShortStorage": ("<i2", 2),
    "CharStorage": ("|i1", 1),
    "ByteStorage": ("|u1", 1),
    "BoolStorage": ("|u1", 1),
}
"""numpy's name and the bytes of each kind of number, by the class of its storage."""


@dataclass(frozen=True, slots=True)
class Storage:
    """The bytes that a tensor is made of: a member of the archive."""

    kind: str
    size: int
    key: str
    count: int


@dataclass(frozen=True, slots=True)
class Tensor:
    """A view of a storage."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    @property
    def in_order(self) -> bool:
        """Whether its numbers lie one behind the other."""
        step = 1
        for length, stride in reversed(list(zip(self.shape, self.strides, strict=True))):
            if length > 1 and stride != step:
                return False
            step *= length
        return True


class _Global:
    """A name that a pickle mentions: nothing is imported."""

    def __init__(self, name: str) -> None:
        self.name = name


def followed(data: bytes, file: str) -> Any:
    """What a pickle would build, if it builds no more than tensors in dictionaries and lists.

    Raises:
        KlcliError: it calls something else, by name, or is no pickle.
    """
    machine = _Machine(file)
    try:
        for operation, argument, _ in pickletools.genops(data):
            if operation.name == "STOP":
                return machine.stack.pop()
            machine.do(operation.name, argument)
    # What pickletools and an operation on too short a stack raise, and numbers that are of another type.
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    raise KlcliError(f"the pickle in {file} is broken", HINT)


class _Machine:
    """The stack, the marks and the memory of a pickle's program."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memory: dict[int, Any] = {}

    def do(self, operation: str, argument: Any) -> None:
        """Follow one operation."""
        if operation in ("PROTO", "FRAME"):
            return
        if operation in _CONSTANTS:
            self.stack.append(_CONSTANTS[operation])
        elif operation in _LITERALS:
            self.stack.append(argument)
        elif operation in _STEPS:
            _STEPS[operation](self, argument)
        else:
            raise KlcliError(f"{self.file} {self._refused(operation)}", HINT)

    def _refused(self, operation: str) -> str:
        """What it does that tensors do not need: the class that it builds, or the operation."""
        built = next((item.name for item in reversed(self.stack) if isinstance(item, _Global)), None)
        if operation in _BUILDERS and built:
            return f"builds {built}, which is not run"
        return f"has the operation {operation}, which tensors do not need"

    def since_mark(self) -> list[Any]:
        """What was put on the stack since the last mark, taken off."""
        mark = self.marks.pop()
        found = self.stack[mark:]
        del self.stack[mark:]
        return found

    def name(self, argument: Any) -> None:
        self.stack.append(_Global(argument.replace(" ", ".")))

    def name_from_stack(self, _: Any) -> None:
        name, module = self.stack.pop(), self.stack.pop()
        self.stack.append(_Global(f"{module}.{name}"))

    def call(self, _: Any) -> None:
        arguments, function = self.stack.pop(), self.stack.pop()
        made = _CALLS.get(function.name)
        if made is None:
            raise KlcliError(f"{self.file} calls {function.name}, which is not run", HINT)
        self.stack.append(made(*arguments))

    def storage(self, _: Any) -> None:
        """A persistent id: ``("storage", class, key, location, count)``."""
        _, kind, key, _, count = self.stack.pop()
        name = kind.name.rpartition(".")[2]
        if name not in _STORAGES:
            raise KlcliError(f"{self.file} has numbers of the kind {kind.name}", HINT)
        self.stack.append(Storage(*_STORAGES[name], str(key), _whole(count)))

    def memorise(self, key: Any) -> None:
        self.memory[len(self.memory) if key is None else key] = self.stack[-1]

    def set_items(self, _: Any) -> None:
        items = self.since_mark()
        self.stack[-1].update(zip(items[::2], items[1::2], strict=True))

    def set_item(self, _: Any) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        self.stack[-1][key] = value

    def tuple_of(self, count: int) -> None:
        found = tuple(self.stack[-count:])
        del self.stack[-count:]
        self.stack.append(found)


def _whole(number: Any) -> int:
    if type(number) is not int or number < 0:
        raise ValueError("it is no count")
    return number


def _tensor(storage: Storage, offset: int, shape: Any, strides: Any, *others: Any) -> Tensor:
    # A gradient flag, hooks, and the bits of a lazy view: of one the numbers stand with the other sign.
    if any(isinstance(other, dict) and other.get("neg") for other in others):
        raise KlcliError(
            "a tensor is the negative of the numbers that are stored", "save tensor.resolve_neg()"
        )
    return Tensor(storage, _whole(offset), tuple(map(_whole, shape)), tuple(map(_whole, strides)))


_CALLS: dict[str, Callable[..., Any]] = {
    "collections.OrderedDict": dict,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_parameter": lambda tensor, *_: tensor,
}
"""The only names that are followed, each by what it builds here."""
_BUILDERS = frozenset(["NEWOBJ", "NEWOBJ_EX", "INST", "OBJ"])
"""Operations that make an object of a class on the stack."""
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_LITERALS = frozenset(
    (
        *("BININT", "BININT1", "BININT2", "LONG1", "LONG", "INT", "BINFLOAT"),
        *("BINUNICODE", "SHORT_BINUNICODE", "SHORT_BINBYTES", "BINBYTES"),
    )
)
_STEPS: dict[str, Callable[[_Machine, Any], Any]] = {
    "MARK": lambda machine, _: machine.marks.append(len(machine.stack)),
    "EMPTY_DICT": lambda machine, _: machine.stack.append({}),
    "EMPTY_LIST": lambda machine, _: machine.stack.append([]),
    "EMPTY_TUPLE": lambda machine, _: machine.stack.append(()),
    "TUPLE": lambda machine, _: machine.stack.append(tuple(machine.since_mark())),
    "TUPLE1": lambda machine, _: machine.tuple_of(1),
    "TUPLE2": lambda machine, _: machine.tuple_of(2),
    # The opcode has the length in its name.
    "TUPLE3": lambda machine, _: machine.tuple_of(3),
    "APPEND": lambda machine, _: machine.stack[-2].append(machine.stack.pop()),
    "APPENDS": lambda machine, _: (
        machine.stack[-1].extend(items) if (items := machine.since_mark()) else None
    ),
    "SETITEM": _Machine.set_item,
    "SETITEMS": _Machine.set_items,
    "GLOBAL": _Machine.name,
    "STACK_GLOBAL": _Machine.name_from_stack,
    "REDUCE": _Machine.call,
    "BINPERSID": _Machine.storage,
    "BINPUT": _Machine.memorise,
    "LONG_BINPUT": _Machine.memorise,
    "MEMOIZE": _Machine.memorise,
    "BINGET": lambda machine, key: machine.stack.append(machine.memory[key]),
    "LONG_BINGET": lambda machine, key: machine.stack.append(machine.memory[key]),
    "BUILD": lambda machine, _: machine.stack.pop(),
}
"""What a program of tensors in dictionaries does. BUILD sets attributes, which nothing here has."""
