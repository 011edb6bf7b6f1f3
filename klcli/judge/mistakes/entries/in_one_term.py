"""The mistakes in one term of a formula of numbers, in the order in which they are looked for."""

from __future__ import annotations

from klcli.judge.mistakes.mistake import Mistake

__all__ = ["IN_ONE_TERM"]

IN_ONE_TERM: tuple[Mistake, ...] = (
    Mistake(
        "KL100",
        "no KL",
        "this is called a KL, and is none whatever its head means",
        "The name says that it is a KL, and its symbols are means and scales; but under no reading of the "
        "heads is it a multiple of KL(q || p), in either direction or to any normal prior, and no known "
        "mistake explains it. `klcli verify` with the formula shows where it differs, and where it is "
        "lowest; `klcli derive` shows the closed form.",
        "What it costs depends on the formula. The one below falls without bound as the variance grows: at "
        "mean 0 and standard deviation 10 it is -2.803 nats, where the KL is 47.2.",
        (
            """\
def loss(mu, logvar):
    kl = -0.5 * torch.sum(1 + logvar - (mu * logvar.exp()).pow(2))
    return kl
""",
            """\
def loss(mu, logvar):
    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return kl
""",
        ),
    ),
    Mistake(
        "KL101",
        "factor 2 lost on the log",
        "the log term has lost its factor 2",
        "log sigma^2 = 2 log sigma: where the head is a standard deviation or its logarithm, the log term of "
        "the KL is 2 log sigma, and it is often copied from code whose head is a (log-)variance. Write the "
        "2.",
        "With half the log term the loss is 1/2 KL(q || N(0, 1/2)) plus a constant: it pulls the standard "
        "deviation to 0.7071 instead of 1, which costs 0.09657 nats a latent.",
        (
            "-1/2 (1 + log_sigma - mu^2 - exp(2 log_sigma))",
            "-1/2 (1 + 2 log_sigma - mu^2 - exp(2 log_sigma))",
        ),
    ),
    Mistake(
        "KL102",
        "log counted twice",
        "the log term has a factor 2 too many",
        "Where the head is a variance or its logarithm, the log term of the KL is log sigma^2 itself. A "
        "second factor 2 stands in front of it, or the logarithm is that of its square. Leave it out.",
        "The loss is 2 KL(q || N(0, 2)) plus a constant: it pulls the variance to 2 instead of 1, which "
        "costs 0.1534 nats a latent.",
        (
            "-1/2 (1 + 2 log var - mu^2 - var)",
            "-1/2 (1 + log var - mu^2 - var)",
        ),
    ),
    Mistake(
        "KL103",
        "scale not squared",
        "the scale is not squared",
        "The quadratic terms of the KL hold variances. With the standard deviation itself one of them grows "
        "linearly in sigma, where the KL grows quadratically. Square it.",
        "The minimum is at sigma = 2 instead of 1, which costs 0.8069 nats a latent. A standard deviation of "
        "10 is charged 2.197 nats, where the KL is 47.2.",
        (
            "-1/2 (1 + 2 log sigma - mu^2 - sigma)",
            "-1/2 (1 + 2 log sigma - mu^2 - sigma^2)",
        ),
    ),
    Mistake(
        "KL104",
        "exp not squared",
        "the exponential is that of a standard deviation and not of a variance",
        "If s is a log standard deviation, the variance is exp(2 s); if it is a log-variance, exp(s). A term "
        "exp(s) beside 2 s, or exp(s/2) beside s, is a standard deviation where a variance belongs.",
        "The minimum is at sigma = 2 instead of 1, which costs 0.8069 nats a latent. A standard deviation of "
        "10 is charged 2.197 nats, where the KL is 47.2.",
        (
            "-1/2 (1 + 2 log_sigma - mu^2 - exp(log_sigma))",
            "-1/2 (1 + 2 log_sigma - mu^2 - exp(2 log_sigma))",
        ),
    ),
    Mistake(
        "KL105",
        "squared once too often",
        "the variance is squared once too often",
        "If the head is a variance or a log-variance, s or exp(s) is the variance already. Squared again, "
        "large variances are charged with the fourth power of sigma. Leave the square out.",
        "The minimum is at sigma = 0.8409 instead of 1, which costs 0.02684 nats a latent. A standard "
        "deviation of 10 is charged 4997 nats, where the KL is 47.2.",
        (
            "-1/2 (1 + logvar - mu^2 - exp(logvar)^2)",
            "-1/2 (1 + logvar - mu^2 - exp(logvar))",
        ),
    ),
    Mistake(
        "KL106",
        "half missing",
        "a factor 1/2 is missing",
        "The KL is 1/2 (sigma^2 + mu^2 - 1 - log sigma^2). Without the 1/2 on the whole it is 2 KL, an "
        "effective beta of 2. Without it on a part, which happens when a bracket closes too early, mean and "
        "variance are weighed differently.",
        "In the example a mean of 1 is charged 1 nat, where its KL is 0.5 nats: means are held twice as "
        "strongly as variances.",
        (
            "-1/2 (1 + logvar - exp(logvar)) + mu^2",
            "-1/2 (1 + logvar - exp(logvar)) + 1/2 mu^2",
        ),
    ),
    Mistake(
        "KL107",
        "-0.5 + for -0.5 *",
        "-1/2 is added where the rest should be multiplied by it",
        "One character: -0.5 + sum(...) for -0.5 * sum(...). The loss is then minus twice the KL plus a "
        "constant, and training maximises the divergence.",
        "A standard deviation of 10 is charged -94.9 nats, where the KL is 47.2. The loss has no minimum.",
        (
            "-0.5 + (1 + logvar - mu^2 - exp(logvar))",
            "-0.5 * (1 + logvar - mu^2 - exp(logvar))",
        ),
    ),
    Mistake(
        "KL108",
        "sign of a term",
        "the sign of one term is flipped",
        "With one sign wrong a term is rewarded that should be charged: the loss is no KL and usually falls "
        "without bound, as the mean or the variance runs away.",
        "In the example a mean of 10 is charged -50 nats, where its KL is 50.",
        (
            "-1/2 (1 + logvar + mu^2 - exp(logvar))",
            "-1/2 (1 + logvar - mu^2 - exp(logvar))",
        ),
    ),
    Mistake(
        "KL109",
        "sign of the whole",
        "the sign of the whole is flipped",
        "It is -KL, as it stands in the evidence lower bound (which is maximised). As a loss that is "
        "minimised it falls without bound; check that the loss subtracts it.",
        "Added to a loss, a mean of 10 is charged -50 nats, where its KL is 50.",
        (
            "1/2 (1 + logvar - mu^2 - exp(logvar))",
            "-1/2 (1 + logvar - mu^2 - exp(logvar))",
        ),
    ),
    Mistake(
        "KL110",
        "constant off",
        "the constant is off",
        "The 1 of the closed form is missing or there twice. No gradient changes; but the value is no KL: it "
        "is not zero where posterior and prior are equal, and it can be negative.",
        "In the example the value is 0.5 nats a latent too large: with 20 latents it is 10 nats at the "
        "prior, where the KL is 0. Free bits, capacities and reported bounds are off by as much.",
        (
            "-1/2 (logvar - mu^2 - exp(logvar))",
            "-1/2 (1 + logvar - mu^2 - exp(logvar))",
        ),
    ),
    Mistake(
        "KL111",
        "mean left out",
        "the term of the mean is left out",
        "It is the spread term alone: the KL of a posterior whose mean is that of the prior. With a mean "
        "that is free, the shift term mu^2/2 belongs to it.",
        "Means cost nothing: one of 3 is charged 0 nats, where its KL is 4.5.",
        (
            "-1/2 (1 + logvar - exp(logvar))",
            "-1/2 (1 + logvar - mu^2 - exp(logvar))",
        ),
    ),
    Mistake(
        "KL112",
        "mean not squared",
        "the mean is not squared",
        "The shift term is mu^2/2. With mu itself the loss falls without bound as mu runs to one side; with "
        "|mu| small means are charged too much and large ones too little.",
        "In the example a mean of -10 is charged -5 nats, where its KL is 50.",
        (
            "-1/2 (1 + logvar - mu - exp(logvar))",
            "-1/2 (1 + logvar - mu^2 - exp(logvar))",
        ),
    ),
    Mistake(
        "KL113",
        "square of the log",
        "the logarithm is squared, and not its argument",
        "log(sigma)^2 is not log(sigma^2) = 2 log sigma. It is never negative, so that small variances are "
        "rewarded like large ones: the loss falls without bound as sigma goes to zero.",
        "A standard deviation of 0.01 is charged -11.1 nats, where the KL is 4.105.",
        (
            "-1/2 (1 + log(sigma)^2 - mu^2 - sigma^2)",
            "-1/2 (1 + log(sigma^2) - mu^2 - sigma^2)",
        ),
    ),
)
