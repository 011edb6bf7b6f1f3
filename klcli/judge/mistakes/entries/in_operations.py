"""The mistakes in the operations of a formula of numbers: what is left out, bracketed or exchanged."""

from __future__ import annotations

from klcli.judge.mistakes.mistake import Mistake

__all__ = ["IN_OPERATIONS", "LEFT_OUT"]

LEFT_OUT = Mistake(
    "KL143",
    "term left out",
    "a term of the spread is left out, the logarithm or the variance",
    "The KL of a scale has a term that grows with it and a logarithm that falls; each keeps the other in "
    "its place. With one of them alone there is no minimum. Between two Gaussians the logarithm is that of "
    "both scales, and only where the prior is fixed its own is a constant.",
    "In the example nothing keeps the variance from going to 0: a standard deviation of 0.01 is charged "
    "-0.49995 nats, where the KL is 4.105.",
    (
        "-1/2 (1 - mu^2 - exp(logvar))",
        "-1/2 (1 + logvar - mu^2 - exp(logvar))",
    ),
    formerly=("KL100",),
)

IN_OPERATIONS: tuple[Mistake, ...] = (
    LEFT_OUT,
    Mistake(
        "KL144",
        "square of a sum",
        "the square of a sum is no sum of squares, nor that of a difference one of theirs",
        "mu^2 + sigma^2 is not (mu + sigma)^2, and (mu1 - mu2)^2 is not mu1^2 - mu2^2: the product of the "
        "two is lost, or too much. Square each by itself, and the difference of the means as a whole.",
        "The example falls without bound where the mean is minus the standard deviation: a mean of -10 with"
        " a standard deviation of 10 is charged -2.803 nats, where the KL is 97.2.",
        (
            "-1/2 (1 + log(sigma^2) - (mu + sigma)^2)",
            "-1/2 (1 + log(sigma^2) - (mu^2 + sigma^2))",
        ),
        formerly=("KL100",),
    ),
    Mistake(
        "KL145",
        "quotient upside down",
        "a quotient of variances is upside down, or is a product or a difference",
        "The variance of the posterior and the squared distance of the means are divided by the variance of"
        " the prior. The other way around, multiplied by it or with its difference, the two pull apart.",
        "Against a prior of variance 1 the example falls without bound as the posterior widens: a standard "
        "deviation of 10 is charged -2.798 nats, where the KL is 47.2.",
        (
            "1/2 (log v2 - log v1 + v2/v1 + (mu1 - mu2)^2/v2 - 1)",
            "1/2 (log v2 - log v1 + v1/v2 + (mu1 - mu2)^2/v2 - 1)",
        ),
        formerly=("KL100",),
    ),
    Mistake(
        "KL146",
        "product for a sum",
        "two terms are multiplied where they are added",
        "The terms of the mean and of the scale are added. A * in the place of a + or a -, which are "
        "neighbours on a keyboard, makes each a weight of the other.",
        "At mean 0 nothing is left in the example of the term that holds the variance: a standard deviation"
        " of 10 is charged -2.803 nats, where the KL is 47.2.",
        (
            "-1/2 (1 + logvar - mu^2 * exp(logvar))",
            "-1/2 (1 + logvar - mu^2 - exp(logvar))",
        ),
        formerly=("KL100",),
    ),
    Mistake(
        "KL147",
        "constant in the logarithm",
        "the constant stands inside of the logarithm",
        "1 + log(v) is not log(1 + v), which is what log1p computes. The logarithm of 1 + v keeps no "
        "variance from going to 0. Close the bracket behind the argument.",
        "The example is lowest at variance 0: a standard deviation of 0.01 is charged 2.5e-09 nats, where "
        "the KL is 4.105.",
        (
            "-1/2 (log(1 + var) - mu^2 - var)",
            "-1/2 (1 + log(var) - mu^2 - var)",
        ),
        formerly=("KL100",),
    ),
    Mistake(
        "KL148",
        "deviation for the variance",
        "the standard deviation stands where the variance belongs, in every term",
        "The formula is that of a variance, and what is put in is its root: std = exp(logvar / 2) with 1 + "
        "log(std) - mu^2 - std. Square it, or write the formula of a standard deviation.",
        "The minimum stays where it was; but a standard deviation of 10 is charged 3.349 nats, where the KL"
        " is 47.2.",
        (
            "-1/2 (1 + 1/2 logvar - mu^2 - exp(1/2 logvar))",
            "-1/2 (1 + logvar - mu^2 - exp(logvar))",
        ),
        formerly=("KL100",),
    ),
    Mistake(
        "KL149",
        "logarithm of another base",
        "the logarithm has another base than the rest of the formula",
        "The KL in bits is that in nats divided by log(2), as a whole. With log2 or log10 for its logarithm"
        " alone the other terms weigh as before. Write log.",
        "With log2 the formula pulls the variance to 1.443 instead of 1.",
        (
            "-1/2 (1 + log(var)/log(2) - mu^2 - var)",
            "-1/2 (1 + log(var) - mu^2 - var)",
        ),
    ),
    Mistake(
        "KL150",
        "factor in the square",
        "a factor stands inside of a square and is squared with it",
        "2 s^2 is not (2 s)^2, which is twice that. Close the bracket in front of the power.",
        "In the example the optimum is at 1.414 times the standard deviation of the prior.",
        (
            "log(s2/s1) + (s1^2 + (mu1 - mu2)^2)/(2 s2)^2 - 1/2",
            "log(s2/s1) + (s1^2 + (mu1 - mu2)^2)/(2 s2^2) - 1/2",
        ),
        formerly=("KL100",),
    ),
    Mistake(
        "KL151",
        "square in the exponential",
        "the argument of an exponential is squared, and not the exponential",
        "exp(s)^2 = exp(2 s) is not exp(s^2), which is large on both sides of 0: small scales are charged "
        "like large ones.",
        "A standard deviation of 0.1 is charged 102.2 nats, where the KL is 1.808.",
        (
            "-1/2 (1 + 2 log_sigma - mu^2 - exp(log_sigma^2))",
            "-1/2 (1 + 2 log_sigma - mu^2 - exp(log_sigma)^2)",
        ),
        formerly=("KL100",),
    ),
    Mistake(
        "KL152",
        "functions exchanged",
        "two terms have each other's functions",
        "The mean is squared and the log-variance exponentiated, not the other way around; and of a scale "
        "and its logarithm it is the logarithm that is added to the 1.",
        "The example falls without bound as the variance grows: a standard deviation of 10 is charged -48.2"
        " nats, where the KL is 47.2.",
        (
            "-1/2 (1 + exp(logvar) - mu^2 - logvar)",
            "-1/2 (1 + logvar - mu^2 - exp(logvar))",
        ),
        formerly=("KL100",),
    ),
)
"""The mistakes in the operations of a formula of numbers, in the order in which they are looked for."""
