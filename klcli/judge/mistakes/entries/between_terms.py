"""The mistakes between the terms of a formula of numbers, in the order in which they are looked for."""

from __future__ import annotations

from klcli.judge.mistakes.mistake import Mistake

__all__ = ["BETWEEN_TERMS", "CLIPPED"]

CLIPPED = Mistake(
    "KL118",
    "binding clip",
    "a clip changes its value where training needs it",
    "A part of the formula is clipped, within the range of means and variances that training meets: "
    "there that part has no gradient, and nothing keeps it from running on. Clip the head itself, for "
    "all terms and for the sampler alike, and well outside of the range that matters.",
    "In the example the logarithm is that of at least 0.1, while the variance beside it is not clipped. "
    "Below a variance of 0.1 the loss falls as the variance goes to 0: a standard deviation of 0.01 is "
    "charged 0.6513 nats, where the KL is 4.105.",
    (
        """\
def kl_loss(mu, var):
    return 0.5 * torch.sum(var + mu.pow(2) - 1 - torch.log(torch.clamp(var, min=0.1)))
""",
        """\
def kl_loss(mu, var):
    return 0.5 * torch.sum(var + mu.pow(2) - 1 - torch.log(var))
""",
    ),
)

BETWEEN_TERMS: tuple[Mistake, ...] = (
    Mistake(
        "KL114",
        "quotient of logs",
        "it divides two logarithms where it needs the logarithm of a quotient",
        "log(s2/s1) is log s2 - log s1, and not log s2 / log s1.",
        "Against a prior with s2 = 1 the term is 0 for every s1 but 1, where it is 0/0. What is left has its "
        "minimum at s1 = 0: a standard deviation of 0.01 is charged -0.49995 nats, where the KL is 4.105.",
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
        "makes it cover all of p. Exchange the arguments.",
        "With the variance of the posterior in the denominator small variances cost far more: against N(0, "
        "1), a standard deviation of 0.1 is charged 47.2 nats, where KL(q || p) is 1.808.",
        (
            """\
def kl_loss(mu, sigma):
    q = torch.distributions.Normal(mu, sigma)
    p = torch.distributions.Normal(torch.zeros_like(mu), torch.ones_like(sigma))
    return torch.distributions.kl_divergence(p, q).sum(1).mean()
""",
            """\
def kl_loss(mu, sigma):
    q = torch.distributions.Normal(mu, sigma)
    p = torch.distributions.Normal(torch.zeros_like(mu), torch.ones_like(sigma))
    return torch.distributions.kl_divergence(q, p).sum(1).mean()
""",
        ),
    ),
    Mistake(
        "KL116",
        "prior variance forgotten",
        "a quadratic term is not divided by the variance of the prior",
        "Both quadratic terms, the variance of the posterior and the squared distance of the means, are "
        "divided by the variance of the prior. It is easily lost when a formula for N(0, 1) is generalised.",
        "In the example, with a prior of standard deviation 0.1, a mean that is off by 0.1 is charged 0.005 "
        "nats, where its KL is 0.5: a hundredth.",
        (
            "log(s2/s1) + s1^2/(2 s2^2) + (mu1 - mu2)^2/2 - 1/2",
            "log(s2/s1) + s1^2/(2 s2^2) + (mu1 - mu2)^2/s2^2/2 - 1/2",
        ),
    ),
    Mistake(
        "KL117",
        "two readings in one formula",
        "the head is read in two ways in one formula",
        "One term takes the head for a variance (or a standard deviation) and another for its logarithm. No "
        "number can be both: such lines come about when two sources are merged.",
        "The example has its minimum at s = 0.5671. Read as a variance that is a standard deviation of "
        "0.7531, 0.0671 nats a latent from the prior; read as a log-variance it is 1.328 and 0.09804 nats.",
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
        "A part of the formula has a factor 1/2 more than the rest, often because 1/2 stands in front of the "
        "bracket and inside of it.",
        "In the example a mean of 3 is charged 2.25 nats, where its KL is 4.5.",
        (
            "1/2 (exp(logvar) + 1/2 mu^2 - 1 - logvar)",
            "1/2 (exp(logvar) + mu^2 - 1 - logvar)",
        ),
    ),
    Mistake(
        "KL120",
        "factor -1/2 missing",
        "the factor -1/2 in front is missing",
        "What stands in the bracket of the closed form is -2 KL. Without the factor in front it is minimised "
        "where the KL is largest; check that the loss multiplies it later.",
        "A standard deviation of 10 is charged -94.4 nats, where the KL is 47.2.",
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
        "In the example, with a batch of 128 and 20 latents, the means weigh 1/2560 of what they should. "
        "If all of the 20 means of a row are 3, that row has a KL of 90 nats and is charged 0.03516.",
        (
            """\
def kl_loss(mu, logvar):
    return 0.5 * (torch.sum(logvar.exp() - logvar - 1) + torch.mean(mu.pow(2)))
""",
            """\
def kl_loss(mu, logvar):
    return 0.5 * torch.sum(logvar.exp() - logvar - 1 + mu.pow(2))
""",
        ),
    ),
    Mistake(
        "KL133",
        "mask on a part",
        "a mask multiplies some of its terms and not the others",
        "Entries that a mask leaves out keep the terms that are not multiplied by it: what is left of the KL "
        "there is no KL, and trains the network on padding. Multiply the whole by the mask.",
        "In the example an entry that is left out, of standard deviation 10, is charged -2.803 nats and not "
        "0; it falls without bound as the variance grows.",
        (
            """\
def kl_loss(mu, logvar, mask):
    return -0.5 * torch.sum(1 + logvar - mask * (mu.pow(2) + logvar.exp()))
""",
            """\
def kl_loss(mu, logvar, mask):
    return -0.5 * torch.sum(mask * (1 + logvar - mu.pow(2) - logvar.exp()))
""",
        ),
    ),
    Mistake(
        "KL134",
        "gradient stopped inside",
        "a part of it is cut off from the gradient",
        "The value is that of the KL, and what is trained is another loss: detach, stop_gradient, no_grad or "
        ".data stand inside of it. `klcli verify` says what is optimised instead. To hold one of the two "
        "Gaussians still, stop all of it.",
        "With the logarithm cut off nothing keeps the spread from going to 0: at the prior the slope in the "
        "log-variance is 0.5, where that of the KL is 0. With the variance cut off nothing keeps it from "
        "growing: the slope is -0.5.",
        (
            """\
def kl_loss(mu, logvar):
    return -0.5 * torch.sum(1 + logvar.detach() - mu.pow(2) - logvar.exp())
""",
            """\
def kl_loss(mu, logvar):
    return -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
""",
        ),
    ),
    Mistake(
        "KL140",
        "estimator taken apart",
        "the parts of an estimator of log-probabilities do not belong together",
        "Of samples of q, with u = log q - log p, the estimators are k1 = u, k2 = u^2 / 2 and k3 = exp(-u) - "
        "1 + u. The ratio, the logarithm and the constant come from one difference: give it a name, and "
        "write `torch.exp(d) - d - 1` with d = ref_logp - logp. See `klcli explain k3`.",
        "Where the sign of one part is flipped, as in the example, the mean is minus the KL: for q = N(0.3, "
        "1.2^2) and p = N(0, 1) it is -0.08268 and not 0.08268, and the policy is pushed away from the "
        "reference. Without the - 1 the value is 1 nat too large.",
        (
            """\
def kl_penalty(logp, ref_logp):
    return torch.exp(ref_logp - logp) + (ref_logp - logp) - 1
""",
            """\
def kl_penalty(logp, ref_logp):
    return torch.exp(ref_logp - logp) - (ref_logp - logp) - 1
""",
        ),
    ),
    Mistake(
        "KL122",
        "symbol of the other Gaussian",
        "one term has the symbol of the other Gaussian",
        "With two Gaussians every term has its place for each mean and variance. Where one of them is taken "
        "from the wrong Gaussian, the terms belong to different divergences and their sum is none.",
        "In the example the distance of the means is measured in the posterior's spread. With v1 = 0.01, v2 "
        "= 1 and a distance of 0.3 that term is 4.5 nats, where that of the KL is 0.045.",
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
        "the term next to it is divided. The other keeps its weight whatever the prior is.",
        "The optimum is no longer where the two Gaussians are equal: in the example it is at s1 = 0.7071 for "
        "every prior. Against one of standard deviation 2 that costs 0.6022 nats a latent.",
        (
            "log(s2/s1) + s1^2 + (mu1 - mu2)^2/(2 s2^2) - 1/2",
            "log(s2/s1) + (s1^2 + (mu1 - mu2)^2)/(2 s2^2) - 1/2",
        ),
        formerly=("KL100",),
    ),
)
