"""Names of what a loss is made of: KLs, other terms, weights, masks, and of the loss itself."""

from __future__ import annotations

from klcli.formula.read.identifiers import MASK
from klcli.lazy_regex import regex
from klcli.name_kind import NameKind, anywhere, beginning, containing, whole

KL = anywhere(
    "a KL, as a word of a text or of a name with dashes",
    r"(?<![a-z])kl(?![a-z])",
    "kl kl_loss neg_KL",
    "kld weekly klcli",
)
_KL_WORD = whole(
    "a KL, as one word of a name",
    r"d?kl(d|div|divergence|s|loss|term|cost|reg|qp|pq)?\d?",
    "kl kld dkl kldiv KLDivergence kl2",
    "klcli weekly elbo",
)
OF_OTHERS = anywhere(
    "a divergence of something else than two normal distributions, or of both directions",
    r"sym|js|jeff"  # sums of two divergences
    r"|laplac|cauchy|gumbel|logistic|gamma|beta|student|pareto|weibull|uniform|exponential"
    r"|poisson|dirichlet|categorical|bernoulli|multinomial|mises|wishart|mixture|gmm",
    "kl_laplace js_divergence symmetric_kl kl_categorical",
    "kl_loss gaussian_kl kl_normal",
)
_PART = anywhere(
    "a part of a divergence, a bound of it, or its derivative; what is called a loss of that is a divergence",
    r"(?<![a-z])(part\d*|piece|half|(first|second|third|last)_term|(mean|mu|var|std|sigma|scale|log|const)_term"
    r"|numerator|denominator|cross_?entropy|ce|xent|(upper|lower)(_?bound)?|ub|lb|grad\w*|deriv\w*)(?![a-z])"
    r"|(?<![a-z])(entropy|trace|tr|quad|maha[a-z]*|log_?det|det(erminant)?|ratio)"
    r"(_?(term|part|form|sum|diff|value|\d)|_[a-z](?![a-z]))*\Z",
    "kl_cross_entropy kl_first_part kl_part2 kl_trace_term kl_logdet kl_ratio kl_upper_bound grad_kl",
    "kl kl_loss kl_term first_kl kl_mean kl_partial_sum bound kl_ratio_loss entropy_kl",
)
LOG_Q = anywhere(
    "the logarithm of a posterior density",
    r"posterior|variational|guide|(?<![a-z])log_?(prob_?)?q",
    "log_q logqz log_prob_q log_variational_posterior",
    "log_p prior catalogq",
)
LOG_P = anywhere(
    "the logarithm of a prior density",
    r"prior|(?<![a-z])log_?(prob_?)?p(?!x|ro|i)",
    "log_p log_prior logpz log_prob_p",
    "log_px log_prob log_pi",
)
_LIKELIHOOD = whole(
    "a log-likelihood, from which a bound subtracts a KL",
    r"(.*_)?(log_?lik\w*|log_?p_?x\w*|rec\w*_log_?p\w*)",
    "log_lik log_px data_loglikelihood log_p_x_given_z recon_log_prob",
    "log_p nll log_prob",
)
_TERM = whole(
    "another term of a loss",
    r"(.*_)?(loss|losses|nll|ce|bce|mse|mae|rec|recon\w*|kld?|elbo|reg|penalty|entropy|error|distortion|fit)(_\w+)?"
    r"|.*(loss|likelihood|entropy|recon)",
    "recon_loss BCE nll reconstruction kl_loss bceloss reg_l2",
    "beta mu record lossy",
)
_WEIGHT = whole(
    "a weight of a term",
    r"(.*_)?(beta|β|gamma|γ|lambda|λ|lam|lambd|lmbda|alpha|α|eta|w|weight|coeff?|factor|anneal\w*)(_\w+|\d)?"
    r"|.*weight",
    "beta kl_weight lambda_kl w1 annealing_factor β",
    "mu theta weights lamp",
)
_NEGATED = beginning(
    "the negative of what follows",
    r"(neg|negative|minus)(_|\b)|n(kl|elbo)",
    "neg_kl negative_elbo nkl minus_kl",
    "kl elbo negation",
)
_BOUND = anywhere(
    "a bound, in which a KL is subtracted",
    r"elbo|(?<!upper_)(lower_?)?bound|\bvlb\b",
    "elbo lower_bound bound vlb",
    "upper_bound loss vlb_loss",
)
LOSS = whole(
    "what is minimised",
    r"(.*_)?(loss|cost|objective)",
    "loss train_loss cost vae_objective",
    "losses recon lossfun",
)
OBJECTIVE = whole(
    "what is minimised or maximised, which its name does not say",
    r"(.*_)?objective",
    "objective vae_objective per_token_objective",
    "loss cost objective_loss",
)
TOTAL = whole(
    "the whole of what is minimised",
    r"((total|full|final|overall|train|vae)_?)?(loss|cost|objective)",
    "loss total_loss vaeloss cost",
    "recon_loss kl_loss",
)
LOSS_FUNCTION = beginning(
    "a function that gives back what is minimised",
    r"(.*_)?loss(_fn|_function|_fun|_func)?\Z|training_step\Z|lossfun\Z",
    "loss_function vae_loss training_step lossfun loss_fn",
    "loss_weight losses forward validation_step",
)
GAIN = anywhere(
    "what is maximised",
    r"elbo|bound|gain|reward|likelihood",
    "elbo_loss lower_bound reward log_likelihood",
    "loss kl recon_loss",
)
REWARD = whole(
    "what a policy is rewarded with",
    r"(.*_)?(rewards?|scores?|returns?)(_\w+)?",
    "reward scores non_score_reward env_returns",
    "underscore loss advantages",
)
ERROR = anywhere(
    "an error of a reconstruction, or the function that computes it",
    r"mse|mae|bce|cross_?entropy|nll|l1|huber|recon|criterion|loss_fn|error|distortion",
    "mse_loss BCE crossentropy nll recon_x criterion F_l1_loss",
    "kl mu loss entropy",
)
MINIMISED = anywhere(
    "an error, or a loss of any kind: more of it is worse",
    rf"loss|entropy|{ERROR.pattern}",
    "kl_loss cross_entropy BCE error_3_4",
    "kl elbo other_3_4",
)
TOPIC = containing(
    "what stands around KLs: it decides only what is followed",
    "kld elbo latent vae reparam z_mean rsample logvar log_var logstd log_std logsigma log_sigma",
    "kld_loss ELBO latent_dim CVAE reparametrize z_mean",
    "encoder mu kl loss",
)

KINDS: tuple[NameKind, ...] = (
    *(KL, _KL_WORD, OF_OTHERS, _PART, LOG_Q, LOG_P, _LIKELIHOOD, _TERM, _WEIGHT, _NEGATED, _BOUND),
    *(LOSS, OBJECTIVE, TOTAL, LOSS_FUNCTION, GAIN, REWARD, ERROR, MINIMISED, TOPIC),
)

_HUMP = regex(r"(?<=[a-z0-9])(?=[A-Z])")
"""Between the words of ``klLoss``; ``KLDivLoss`` is ``KLDiv`` and ``Loss``."""


def is_called_kl(name: str) -> bool:
    """Whether a name is that of a KL: ``kl_loss``, ``KLDivLoss``, ``latent_loss``."""
    words = _HUMP.sub("_", name).split("_")
    lowered = {word.lower() for word in words}
    return any(map(_KL_WORD.says, words)) or (
        "latent" in lowered and not lowered.isdisjoint(("loss", "cost"))
    )


def is_part_of_divergence(name: str) -> bool:
    """Whether a name says that it is a part of a divergence: ``kl_first_part``, ``klCrossEntropy``."""
    return _PART.says(_HUMP.sub("_", name))


def is_likelihood(name: str) -> bool:
    """Whether a name is that of a log-likelihood, from which a bound subtracts a KL."""
    return _LIKELIHOOD.says(name)


def is_other_term(name: str) -> bool:
    """Whether a name is that of another term of a loss: ``recon_loss``, ``nll``, ``log_px``."""
    return is_likelihood(name) or _TERM.says(name)


def is_weight(name: str) -> bool:
    """Whether a name is that of a weight of a term: ``beta``, ``kl_weight``."""
    return _WEIGHT.says(name)


def is_mask(name: str) -> bool:
    """Whether a name is that of a mask, which leaves entries out."""
    return MASK.says(name)


def is_negative(left: str) -> bool:
    """Whether a left-hand side begins with a minus."""
    return left.lstrip().startswith(("-", "−"))


def sign_of(left: str) -> int:
    """The sign with which a left-hand side stands for a KL: -1 for ``-KL``, ``neg_kl``, and for a bound.

    An evidence lower bound is log p(x|z) - KL, so a KL is subtracted in it.
    """
    bare = left.strip()
    if is_negative(bare):
        return -sign_of(bare[1:])
    return -1 if _NEGATED.says(bare) != _BOUND.says(bare) else 1
