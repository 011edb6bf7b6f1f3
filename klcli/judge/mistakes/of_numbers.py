"""The mistakes in formulas of numbers, in the order in which they are looked for."""

from __future__ import annotations

from klcli.judge.mistakes.mistake import Mistake

__all__ = ["CLIPPED", "OF_NUMBERS"]

CLIPPED = Mistake(
    "KL118",
    "binding clip",
    "a clip changes its value where training needs it",
    "A clip of a part of the formula, within the range of means and variances that training meets: there "
    "that part has no gradient, and nothing keeps it from running on; of the argument of the logarithm, "
    "for example, while the variance beside it is not clipped. Clip the head itself, for all terms and "
    "for the sampler alike, and well outside of the range that matters.",
)

OF_NUMBERS: tuple[Mistake, ...] = (
    Mistake(
        "KL100",
        "no KL",
        "this is called a KL, and is none whatever its head means",
        "The name says that it is a KL, and its symbols are means and scales; but under no reading of the "
        "heads is it a multiple of KL(q || p), in either direction or to any normal prior, and no known "
        "mistake explains it. `klcli verify` with the formula shows where it differs, and where it is "
        "lowest; `klcli derive` shows the closed form.",
    ),
    Mistake(
        "KL101",
        "factor 2 lost on the log",
        "the log term has lost its factor 2",
        "log sigma^2 = 2 log sigma: where the head is a standard deviation or its logarithm, the log term "
        "of the KL is 2 log sigma, and it is often copied from code whose head is a (log-)variance. With "
        "half the log term the loss pulls the standard deviation to 0.7071 instead of 1: it is 1/2 KL(q "
        "|| N(0, 1/2)) plus a constant.",
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
        "second factor 2 (2 log of a variance, log of its square) pulls the variance to 2 instead of 1: "
        "the loss is 2 KL(q || N(0, 2)) plus a constant.",
        (
            "-1/2 (1 + 2 log var - mu^2 - var)",
            "-1/2 (1 + log var - mu^2 - var)",
        ),
    ),
    Mistake(
        "KL103",
        "scale not squared",
        "the scale is not squared",
        "The quadratic terms of the KL hold variances. With the standard deviation itself the loss has "
        "its minimum at sigma = 2, and it grows linearly in sigma where the KL grows quadratically.",
        (
            "-1/2 (1 + 2 log sigma - mu^2 - sigma)",
            "-1/2 (1 + 2 log sigma - mu^2 - sigma^2)",
        ),
    ),
    Mistake(
        "KL104",
        "exp not squared",
        "the exponential is that of a standard deviation and not of a variance",
        "If s is a log standard deviation, the variance is exp(2 s); if it is a log-variance, exp(s). A "
        "term exp(s) beside 2 s, or exp(s/2) beside s, is a standard deviation where a variance belongs.",
        (
            "-1/2 (1 + 2 log_sigma - mu^2 - exp(log_sigma))",
            "-1/2 (1 + 2 log_sigma - mu^2 - exp(2 log_sigma))",
        ),
    ),
    Mistake(
        "KL105",
        "squared once too often",
        "the variance is squared once too often",
        "If the head is a variance or a log-variance, s or exp(s) is the variance already; squared again, "
        "large variances are punished with the fourth power of sigma.",
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
        "effective beta of 2. Without it on a part, which happens when a bracket closes too early, mean "
        "and variance are weighed differently and the optimum moves.",
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
        (
            "-0.5 + (1 + logvar - mu^2 - exp(logvar))",
            "-0.5 * (1 + logvar - mu^2 - exp(logvar))",
        ),
    ),
    Mistake(
        "KL108",
        "sign of a term",
        "the sign of one term is flipped",
        "With one sign wrong a term is rewarded that should be punished: the loss is no KL and usually "
        "falls without bound, as the mean or the variance runs away.",
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
        (
            "1/2 (1 + logvar - mu^2 - exp(logvar))",
            "-1/2 (1 + logvar - mu^2 - exp(logvar))",
        ),
    ),
    Mistake(
        "KL110",
        "constant off",
        "the constant is off",
        "The 1 of the closed form is missing or there twice. No gradient changes; but the value is no KL: "
        "it is not zero where posterior and prior are equal, and it can be negative.",
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
    ),
    Mistake(
        "KL112",
        "mean not squared",
        "the mean is not squared",
        "The shift term is mu^2/2. With mu itself the loss falls without bound as mu runs to one side; "
        "with |mu| small means are punished too much and large ones too little.",
        (
            "-1/2 (1 + logvar - mu - exp(logvar))",
            "-1/2 (1 + logvar - mu^2 - exp(logvar))",
        ),
    ),
    Mistake(
        "KL113",
        "square of the log",
        "the logarithm is squared, and not its argument",
        "log(sigma)^2 is not log(sigma^2) = 2 log sigma. It is never negative, so that small variances "
        "are rewarded like large ones: the loss falls without bound as sigma goes to zero.",
        (
            "-1/2 (1 + log(sigma)^2 - mu^2 - sigma^2)",
            "-1/2 (1 + log(sigma^2) - mu^2 - sigma^2)",
        ),
    ),
    Mistake(
        "KL114",
        "quotient of logs",
        "it divides two logarithms where it needs the logarithm of a quotient",
        "log(s2/s1) is log s2 - log s1, and not log s2 / log s1.",
        (
            "log(s2) / log(s1) + (s1^2 + (mu1 - mu2)^2)/(2 s2^2) - 1/2",
            "log(s2 / s1) + (s1^2 + (mu1 - mu2)^2)/(2 s2^2) - 1/2",
        ),
    ),
    Mistake(
        "KL115",
        "arguments swapped",
        "posterior and prior are exchanged",
        "It is KL(p || q), the reversed direction, where KL(q || p) was expected. The two agree where the "
        "variances are equal, and differ elsewhere: KL(q || p) makes q avoid where p is small, KL(p || q) "
        "makes it cover all of p. With the variance of the posterior in the denominator, small variances "
        "cost without bound.",
    ),
    Mistake(
        "KL116",
        "prior variance forgotten",
        "a quadratic term is not divided by the variance of the prior",
        "Both quadratic terms, the variance of the posterior and the squared distance of the means, are "
        "divided by the variance of the prior. It is easily lost when a formula for N(0, 1) is "
        "generalised.",
        (
            "log(s2/s1) + s1^2/(2 s2^2) + (mu1 - mu2)^2/2 - 1/2",
            "log(s2/s1) + s1^2/(2 s2^2) + (mu1 - mu2)^2/s2^2/2 - 1/2",
        ),
    ),
    Mistake(
        "KL117",
        "two readings in one formula",
        "the head is read in two ways in one formula",
        "One term takes the head for a variance (or a standard deviation) and another for its logarithm. "
        "No number can be both: such lines come about when two sources are merged.",
        (
            "-1/2 (1 + log s - mu^2 - exp(s))",
            "-1/2 (1 + s - mu^2 - exp(s))",
        ),
    ),
    CLIPPED,
    Mistake(
        "KL119",
        "half too many",
        "a factor 1/2 is applied twice",
        "A part of the formula has a factor 1/2 more than the rest, often because 1/2 stands in front of "
        "the bracket and inside of it.",
        (
            "1/2 (exp(logvar) + 1/2 mu^2 - 1 - logvar)",
            "1/2 (exp(logvar) + mu^2 - 1 - logvar)",
        ),
    ),
    Mistake(
        "KL120",
        "factor -1/2 missing",
        "the factor -1/2 in front is missing",
        "What stands in the bracket of the closed form is -2 KL. Without the factor in front it is "
        "minimised where the KL is largest; check that the loss multiplies it later.",
        (
            "1 + logvar - mu^2 - exp(logvar)",
            "-1/2 (1 + logvar - mu^2 - exp(logvar))",
        ),
    ),
    Mistake(
        "KL121",
        "sums and means mixed",
        "its terms are not summed and averaged alike, or a sum stands inside of a function",
        "The KL of several latents is the sum of the KL of each. A mean over the latents in one term and a "
        "sum in another weighs the terms differently; the square of a sum, or the logarithm of one, is not "
        "the sum of squares or of logarithms. Sum the whole, over the latents first.",
    ),
    Mistake(
        "KL133",
        "mask on a part",
        "a mask multiplies some of its terms and not the others",
        "Entries that a mask leaves out keep the terms that are not multiplied by it: what is left of the KL "
        "there is no KL, and trains the network on padding. Multiply the whole by the mask.",
    ),
    Mistake(
        "KL134",
        "gradient stopped inside",
        "a part of it is cut off from the gradient",
        "The value is that of the KL, and what is trained is another loss: detach, stop_gradient, no_grad or "
        ".data stand inside of it. With the logarithm cut off nothing keeps the spread from going to 0; with "
        "the variance cut off nothing keeps it from growing. `klcli verify` says what is optimised "
        "instead. To hold one of the two Gaussians still, stop all of it.",
    ),
    Mistake(
        "KL140",
        "estimator taken apart",
        "the parts of an estimator of log-probabilities do not belong together",
        "Of samples of q, with u = log q - log p, the estimators are k1 = u, k2 = u^2 / 2 and k3 = exp(-u) - "
        "1 + u. Where the sign of one part is flipped, as in exp(-u) - u - 1, the mean is another quantity, "
        "and the policy is pushed away from the reference where it should be held near it; without the - 1 "
        "the value is 1 too large. The ratio, the logarithm and the constant come from one difference: give "
        "it a name, and write `torch.exp(d) - d - 1` with d = ref_logp - logp. See `klcli explain k3`.",
    ),
    Mistake(
        "KL122",
        "symbol of the other Gaussian",
        "one term has the symbol of the other Gaussian",
        "With two Gaussians every term has its place for each mean and variance. Where one of them is taken "
        "from the wrong Gaussian, the terms belong to different divergences and their sum is none.",
        (
            "1/2 (log v2 - log v1 + v1/v2 + (mu1 - mu2)^2/v1 - 1)",
            "1/2 (log v2 - log v1 + v1/v2 + (mu1 - mu2)^2/v2 - 1)",
        ),
    ),
    Mistake(
        "KL142",
        "bracket closed too early",
        "one bracket too few: only one of the two quadratic terms is divided by the variance of the prior",
        "The variance of the posterior and the squared distance of the means are divided together: (s1^2 + "
        "(mu1 - mu2)^2)/(2 s2^2). A quotient binds more tightly than a sum, so that without the bracket only "
        "the term next to it is divided. The other then keeps its weight whatever the prior is: the optimum "
        "is no longer where the two Gaussians are equal.",
        (
            "log(s2/s1) + s1^2 + (mu1 - mu2)^2/(2 s2^2) - 1/2",
            "log(s2/s1) + (s1^2 + (mu1 - mu2)^2)/(2 s2^2) - 1/2",
        ),
        formerly=("KL100",),
    ),
    Mistake(
        "KL211",
        "condition of a verdict",
        "the verdict has conditions",
        "The KL is judged without its small numbers, clips and free bits, and what they do is measured: how "
        "far 1e-8 inside of a logarithm moves it, whether a clip binds for sigma from 0.01 to 100, where "
        "free bits leave no gradient. A number that stands wherever the head does belongs to the head, and "
        "the sampler has to add it, too. What was compared at points and is not proved says so. `klcli lint "
        "--notes` shows the conditions of each term, `klcli verify` those of a formula; one that fails is "
        "status 1 there.",
    ),
)
