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
EXAMPLE_COUNT = whole(
    "a number of examples",
    r"B|bs|batch|(.*_)?(batch_?size|n_batch|mb_?size)|(n|num)_(examples|samples)",
    "B bs batch_size args_batchsize num_samples",
    "b n K minibatch_loss",
    flags=0,  # b is a bias
)
ROW_COUNT = whole(
    "a number of examples, where it is the first length of a shape",
    r"b|N|bs?z|bsize",
    "b N bz bsz bsize",
    "c k n T num_heads",
    flags=0,  # T is a number of steps
)
LATENT_COUNT = whole(
    "a number of latents",
    r"d|D|J|nd|(opts?_|args_|cfg_|config_)?nz|(.*_)?dims?|[a-z]+dim|(n|num)_?latents?|"
    r"(.*_)?(latent|z|code|hidden)_(size|features)",
    "d J latent_dim zdim n_latents latent_size opt_nz",
    "n K j size mu_nd sigma_nz",
    flags=0,  # j is an index, and nd are two of them where they stand below a name
)
REGISTERING = whole(
    "a decorator that only keeps a function under a name",
    "register(_.*)?|.*_register",
    "register register_kl register_module loss_register",
    "registered_loss weighted_loss",
)
OTHER_TERM = whole(
    "a function that computes another term of a loss",
    r"(?!kl).*(loss|cross_?entropy(_with_logits)?|bce|mse|nll|criterion|likelihood|squared_error)",
    "mse_loss bce binary_cross_entropy gaussian_nll criterion mean_squared_error",
    "kl_loss kl_divergence losses entropy",
)

KINDS: tuple[NameKind, ...] = (
    MASK,
    KL,
    BESIDE_A_KL,
    EXAMPLE_COUNT,
    ROW_COUNT,
    LATENT_COUNT,
    REGISTERING,
    OTHER_TERM,
)
