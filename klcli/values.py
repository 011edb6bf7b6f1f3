"""Values: classes of named fields, whose methods are compiled for those of which many are built.

`dataclasses` compiles up to eight methods of every class where it is defined, most of a millisecond with
slots: a third of the time of a command that defines a hundred of them and builds some. What stands here means
the same, for what this project uses of it: fields with annotations that are strings, and no inheritance. A
type checker is shown the standard library's, whose `fields`, `asdict` and `is_dataclass` know these classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["dataclass", "field", "replace"]

if TYPE_CHECKING:
    from dataclasses import dataclass, field, replace
else:
    _NOTHING = object()
    _FEW = 12
    """Uses of a method before it is compiled, which takes as long as sixty uses without: of most classes a
    command builds a few."""

    class _Field:
        """What is said of a field; the names are those of `dataclasses.field`."""

        default = default_factory = _NOTHING
        init = repr = compare = hash = True

        def __init__(self, **said):
            self.__dict__.update(said)
            if said.get("hash") is None:
                self.hash = self.compare

    field = _Field

    def dataclass(cls=None, /, *, frozen=False, slots=False, eq=True):
        """A class of named fields, as `dataclasses.dataclass` makes it."""
        if cls is None:
            return lambda plain: _made(plain, frozen=frozen, slots=slots, eq=eq)
        return _made(cls, frozen=frozen, slots=slots, eq=eq)

    def replace(value, /, **changes):
        """The value with other fields, as `dataclasses.replace` makes it."""
        kept = {name: getattr(value, name) for name in value.__match_args__ if name not in changes}
        return value.__class__(**kept, **changes)

    def _made(plain, *, frozen, slots, eq):
        own = plain.__dict__
        fields = {name: _field_of(own.get(name, _NOTHING)) for name in own.get("__annotations__", ())}
        cls = _with_slots(plain, fields) if slots else _with_defaults(plain, fields)
        cls.__match_args__ = tuple(name for name, about in fields.items() if about.init)
        cls.__dataclass_fields__ = _StandardFields(fields)
        cls.__repr__ = own.get("__repr__", _shown)
        later = ["__init__"]
        if eq and "__eq__" not in own:
            later.append("__eq__")
        if eq and own.get("__hash__") is None:
            cls.__hash__ = None
            later += ["__hash__"] * frozen
        if frozen:
            cls.__setattr__, cls.__delattr__ = _refuse, _refuse
        if frozen and slots:
            cls.__getstate__, cls.__setstate__ = _state, _restore
        for name in later:
            setattr(cls, name, _at_first_uses(cls, name, fields, frozen=frozen))
        return cls

    def _field_of(default):
        return default if isinstance(default, _Field) else _Field(default=default)

    def _with_slots(plain, fields):
        """The class once more, since slots have to be known when a class is made."""
        left_out = ("__dict__", "__weakref__", *fields)
        namespace = {name: value for name, value in plain.__dict__.items() if name not in left_out}
        cls = type(plain)(plain.__name__, plain.__bases__, namespace | {"__slots__": tuple(fields)})
        cls.__qualname__ = plain.__qualname__
        return cls

    def _with_defaults(plain, fields):
        """The class with its plain defaults in the place of what was said of its fields."""
        for name, about in fields.items():
            if about.default is not _NOTHING:
                setattr(plain, name, about.default)
            elif name in plain.__dict__:
                delattr(plain, name)
        return plain

    def _at_first_uses(cls, name, fields, *, frozen):
        """A method that loops over the fields, and is compiled after some uses."""
        looping, uses = _LOOPING[name], 0

        def method(self, *arguments, **named):
            nonlocal uses
            uses += 1
            if uses <= _FEW:
                found = looping(self, fields, *arguments, **named)
                if found is not _NOTHING:
                    return found
            compiled = _compiled(cls, name, fields, frozen=frozen)
            setattr(cls, name, compiled)
            return compiled(self, *arguments, **named)

        return method

    def _fill(self, fields, /, *arguments, **named):
        """Give a value its fields; nothing where these are others, which the compiled method says."""
        names = self.__match_args__
        given = dict(zip(names, arguments, strict=False))
        if len(arguments) > len(names) or not named.keys() <= set(names).difference(given):
            return _NOTHING
        given |= named
        for name, about in fields.items():
            if name in given:
                object.__setattr__(self, name, given[name])
            elif about.default_factory is not _NOTHING:
                object.__setattr__(self, name, about.default_factory())
            elif about.default is not _NOTHING:
                object.__setattr__(self, name, about.default)
            elif about.init:
                return _NOTHING
        if hasattr(self, "__post_init__"):
            self.__post_init__()
        return None

    def _equals(self, fields, other):
        if other.__class__ is not self.__class__:
            return NotImplemented
        compared = [name for name, about in fields.items() if about.compare]
        return [getattr(self, name) for name in compared] == [getattr(other, name) for name in compared]

    def _hashed(self, fields):
        return hash(tuple(getattr(self, name) for name, about in fields.items() if about.hash))

    _LOOPING = {"__init__": _fill, "__eq__": _equals, "__hash__": _hashed}

    def _compiled(cls, name, fields, *, frozen):
        """The method as one would write it by hand for these fields."""
        space = {"_nothing": _NOTHING}
        match name:
            case "__init__":
                source = _initialization(cls, fields, space, frozen=frozen)
            case "__eq__":
                own = _tuple([name for name, about in fields.items() if about.compare])
                source = [
                    "def __eq__(self, other):",
                    "    if other.__class__ is not self.__class__: return NotImplemented",
                    f"    return {own} == {own.replace('self.', 'other.')}",
                ]
            case "__hash__":
                hashed = _tuple([name for name, about in fields.items() if about.hash])
                source = [f"def __hash__(self): return hash({hashed})"]
        exec("\n".join(source), space)  # it holds names of fields and nothing else
        return space[name]

    def _initialization(cls, fields, space, *, frozen):
        """The lines of ``__init__``; what they name beside the fields goes into their `space`."""
        parameters, body = ["self"], []
        for name, about in fields.items():
            value = name
            if about.default_factory is not _NOTHING:
                space[f"_make_{name}"] = about.default_factory
                value = (
                    f"_make_{name}() if {name} is _nothing else {name}" if about.init else f"_make_{name}()"
                )
            elif about.default is not _NOTHING:
                space[f"_default_{name}"] = about.default
                value = name if about.init else f"_default_{name}"
            if about.init:
                parameters.append(name + _default_of(name, about))
            if about.init or value != name:
                body.append(f"    {_stored(cls, name, value, space, frozen=frozen)}")
        if hasattr(cls, "__post_init__"):
            body.append("    self.__post_init__()")
        return [f"def __init__({', '.join(parameters)}):", *(body or ["    pass"])]

    def _default_of(name, about):
        if about.default_factory is not _NOTHING:
            return "=_nothing"
        return "" if about.default is _NOTHING else f"=_default_{name}"

    def _stored(cls, name, value, space, *, frozen):
        """The statement that stores a field; in a frozen value past its own refusal."""
        if not frozen:
            return f"self.{name} = {value}"
        slot = getattr(cls, name, None) if "__slots__" in cls.__dict__ else None
        if slot is None:
            space["_set"] = object.__setattr__
            return f"_set(self, {name!r}, {value})"
        space[f"_store_{name}"] = slot.__set__
        return f"_store_{name}(self, {value})"

    def _tuple(names):
        return f"({''.join(f'self.{name}, ' for name in names)})"

    def _shown(self):
        fields = ((name, about) for name, about in _fields_of(self).items() if about.repr)
        inside = ", ".join(f"{name}={getattr(self, name)!r}" for name, _ in fields)
        return f"{self.__class__.__qualname__}({inside})"

    def _fields_of(value):
        return type(value).__dict__["__dataclass_fields__"].fields

    def _refuse(self, name, *_):
        from dataclasses import FrozenInstanceError

        raise FrozenInstanceError(f"cannot change field {name!r}")

    def _state(self):
        return [getattr(self, name) for name in _fields_of(self)]

    def _restore(self, state):
        for name, value in zip(_fields_of(self), state, strict=True):
            object.__setattr__(self, name, value)

    class _StandardFields:
        """The fields as the standard library's functions want them, made when one of them asks."""

        def __init__(self, fields):
            self.fields = fields
            self.standard = None

        def __get__(self, value, owner):
            if self.standard is None:
                self.standard = self._made(owner)
            return self.standard

        def _made(self, owner):
            import dataclasses

            plain = {"__annotations__": dict.fromkeys(self.fields, "object")}
            for name, about in self.fields.items():
                said = {key: getattr(about, key) for key in ("init", "repr", "hash", "compare")}
                for key in ("default", "default_factory"):
                    if getattr(about, key) is not _NOTHING:
                        said[key] = getattr(about, key)
                plain[name] = dataclasses.field(**said, kw_only=True)
            return dataclasses.dataclass(type(owner.__name__, (), plain)).__dataclass_fields__
