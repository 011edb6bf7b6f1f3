"""Names of counts: of latent dimensions, of examples in a batch."""

from __future__ import annotations

from klcli.formula.read.identifiers import EXAMPLE_COUNT, LATENT_COUNT
from klcli.name_kind import whole

_DIMENSION = whole(
    "a number of dimensions, as far as a name tells",
    r"(d|k|n|D|K|J|nz|nd|(.*_)?(dims?|size|features|latents?)|(.*_)?(n|num|nb)_\w+|.*[a-z]dim)",
    "d k latent_dim z_dim n_latent dim args_num_topics emb_size nz",
    "beta mu logvar BCE N",
    flags=0,  # N and B are other counts
)

KINDS = (_DIMENSION,)


def is_dimension(name: str) -> bool:
    """Whether a name is that of the number of latent dimensions."""
    return _DIMENSION.says(name)


def count_of(name: str) -> tuple[int, int] | None:
    """What a name says that it counts, as powers of B and d: examples, latents; None where it does not say.

    ``n`` and ``K`` count something, and do not say what.
    """
    if EXAMPLE_COUNT.says(name):
        return 1, 0
    return (0, 1) if LATENT_COUNT.says(name) else None
