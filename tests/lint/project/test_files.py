"""The files of a project: what is loaded, found by its name, and let go."""

from __future__ import annotations

import gc

from klcli.lint.project.definitions import Class
from klcli.lint.project.files import Project
from klcli.lint.project.outlines import outline
from klcli.lint.source.module import Module, parsed

SOURCES = {
    "forgotten.py": "class Encoder:\n    def draw(self, vae): return vae.rsample()\n",
    "other.py": "class Decoder:\n    def read(self, latent): return latent.rsample()\n",
}


def project() -> Project:
    def load(path: str) -> Module:
        return parsed(SOURCES[path], path)

    return Project([outline(text, path) for path, text in SOURCES.items()], load)


def test_what_is_forgotten_is_freed_without_a_search_for_cycles() -> None:
    gc.collect()
    gc.disable()
    try:
        found = project()
        assert found.at("forgotten.py") is not None
        assert _alive() == 1
        found.forget()
        assert _alive() == 0
        assert found.at("forgotten.py") is not None
    finally:
        gc.enable()


def _alive() -> int:
    return sum(isinstance(one, Class) and one.module.path == "forgotten.py" for one in gc.get_objects())


def test_methods_and_classes_are_found_by_their_only_name() -> None:
    found = project()
    method, kind = found.method("draw"), found.called("encoder")
    assert method is not None
    assert method.name == "Encoder.draw"
    assert kind is not None
    assert kind.name == "Encoder"
    assert found.method("unknown") is None
    sources = {**SOURCES, "third.py": SOURCES["forgotten.py"]}
    twice = Project(
        [outline(text, path) for path, text in sources.items()],
        lambda path: parsed(sources[path], path),
    )
    assert twice.method("draw") is None
    assert twice.called("encoder") is None
