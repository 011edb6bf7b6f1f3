"""Names of random numbers, of samples, and of the small numbers that keep a logarithm finite."""

from __future__ import annotations

from klcli.name_kind import anywhere, beginning, whole

_EPSILON = beginning(
    "a small number which keeps a logarithm finite",
    r"(.*_)?(eps|epsilon|EPS|EPSILON|tiny|jitter)\Z",
    "eps epsilon self_eps EPS jitter",
    "eps_1 noise steps",
    flags=0,
)
_SAMPLE = beginning(
    "a sample of the latents",
    r"(.*_)?(z|zs|sample|z_sample)(_[pqt]|_hat)?\Z",
    "z z_p z_hat enc_z sample zs",
    "z_mean samples x Z",
    flags=0,  # Z is a matrix of them, or a normalisation
)
_NOISE = beginning(
    "a random number",
    r"(.*_)?(eps|epsilon|noise|xi|e|u|n|z_?0|randn|rand)(_\w+)?\Z",
    "eps noise randn eps_1 epsilon z0 u",
    "logvar steps mean x",
)
NOISE_SCALE = whole(
    "a number that scales the noise",
    r"(eps\w*|noise)_(std\w*|scale|sigma)",
    "eps_std epsilon_std noise_scale",
    "std eps noise",
)
NOISE_WORD = anywhere(
    "noise, as a part of a name or of a text",
    r"randn|normal|uniform|gauss|eps|noise",
    "eps add_noise torch.randn_like random_normal GaussianNoise",
    "rand z random",
)
RANDOM_WORD = anywhere(
    "anything random, as a part of a name or of a text",
    rf"{NOISE_WORD.pattern}|rand|sample|xi\b",
    "rand z_sample rsample xi eps",
    "z mu maximum",
)
OTHER_DISTRIBUTION = anywhere(
    "random numbers of another distribution than the normal one",
    r"cauchy|exponential|laplac|gumbel|gamma|beta|student|poisson|bernoulli|binomial|randint|uniform|trunc",
    "torch.bernoulli gumbel_softmax Laplace randint truncated_normal",
    "randn normal eps",
)

KINDS = (_EPSILON, _SAMPLE, _NOISE, NOISE_SCALE, NOISE_WORD, RANDOM_WORD, OTHER_DISTRIBUTION)


def is_epsilon(name: str) -> bool:
    """Whether a name is that of a small number which keeps a logarithm finite."""
    return _EPSILON.says(name)


def is_sample(name: str) -> bool:
    """Whether a name is that of a sample of the latents: ``z``, ``z_p``."""
    return _SAMPLE.says(name)


def is_noise(name: str) -> bool:
    """Whether a name is that of a random number."""
    return _NOISE.says(name)
