"""Names of counts: of latent dimensions, of examples in a batch."""

from __future__ import annotations

from klcli.name_kind import whole

_DIMENSION = whole(
    "a number of dimensions, as far as a name tells",
    r"(d|k|n|D|K|J|nz|nd|(.*_)?(dims?|size|features|latents?)|(.*_)?(n|num|nb)_\w+|.*[a-z]dim)",
    "d k latent_dim z_dim n_latent dim args_num_topics emb_size nz",
    "beta mu logvar BCE N",
    flags=0,  # N and B are other counts
)
_BATCH = whole(
    "a number of examples",
    r"B|bs|batch|(.*_)?(batch_?size|n_batch|mb_?size)|(n|num)_(examples|samples)",
    "B bs batch_size args_batchsize num_samples",
    "b n K minibatch_loss",
    flags=0,  # b is a bias
)
_LATENTS = whole(
    "a number of latents",
    r"d|D|J|nz|nd|(.*_)?dims?|[a-z]+dim|(n|num)_?latents?|(.*_)?(latent|z|code|hidden)_(size|features)",
    "d J latent_dim zdim n_latents latent_size",
    "n K j size",
    flags=0,  # j is an index
)

KINDS = (_DIMENSION, _BATCH, _LATENTS)


def is_dimension(name: str) -> bool:
    """Whether a name is that of the number of latent dimensions."""
    return _DIMENSION.says(name)


def count_of(name: str) -> tuple[int, int] | None:
    """What a name says that it counts, as powers of B and d: examples, latents; None where it does not say.

    ``n`` and ``K`` count something, and do not say what.
    """
    if _BATCH.says(name):
        return 1, 0
    return (0, 1) if _LATENTS.says(name) else None
