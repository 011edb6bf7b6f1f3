"""What identifiers say to the reading of a program: rows of the table of names, see `klcli.names.table`."""

from __future__ import annotations

from klcli.name_kind import NameKind, beginning, whole

MASK = beginning(
    "a mask, which leaves entries out",
    r"(.*_)?([a-z]{1,9}(?<!un))?masks?(_\w+)?\Z|((is|not)_)?(in)?valid\Z",
    "mask pad_mask padmask masks valid is_valid not_invalid",
    "masked m nll_valid valid_loss",
)
KL = whole(
    "a KL, which ends what a pasted text has to say",
    r"(?:.*_)?(?:d?kl|kld)(?:d|div|s)?(?:_.*)?|kl(?:loss|div|term).*|latent_loss",
    "kl KLD kl_loss kldiv klterm total_kld latent_loss",
    "klein loss tickle kll",
)
BESIDE_A_KL = whole(
    "a number beside a KL, whose name has that of the KL in it",
    r".*(?:weight|coe?f|beta|lambda|anneal|factor|scale|target|thres|warm|start|max|min|mask).*",
    "kl_weight beta_kl kl_coeff KL_anneal kl_threshold kld_max",
    "kl kl_loss kld",
)
LATENT_COUNT = whole(
    "how many latents there are",
    "d|D|(.*_)?(latent|z|code)_?(dim|size)",
    "d D latent_dim z_dim self_zdim code_size",
    "dim batch_size latents n",
    flags=0,  # a capital letter in a word makes it a class, or a constant that may be anything
)
OTHER_TERM = whole(
    "a function that computes another term of a loss",
    r"(?!kl).*(loss|cross_?entropy(_with_logits)?|bce|mse|nll|criterion|likelihood|squared_error)",
    "mse_loss bce binary_cross_entropy gaussian_nll criterion mean_squared_error",
    "kl_loss kl_divergence losses entropy",
)

KINDS: tuple[NameKind, ...] = (MASK, KL, BESIDE_A_KL, LATENT_COUNT, OTHER_TERM)
