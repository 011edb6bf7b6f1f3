"""The mistakes that are not in a formula, but in the code around it: samplers, names, calls, losses."""

from __future__ import annotations

from klcli.judge.mistakes.mistake import Mistake

__all__ = ["OF_CODE"]

OF_CODE: tuple[Mistake, ...] = (
    Mistake(
        "KL201",
        "sampler and KL disagree",
        "the sample is drawn with another reading of the head than the KL has",
        "The KL and the sampling line read the same number in two ways, for example exp(s) * eps (a log "
        "standard deviation) beside 1 + s - mu^2 - exp(s) (a log-variance). Each is right by itself; "
        "together the KL punishes a distribution from which nothing is sampled. It is the commonest real "
        "mistake of all.",
    ),
    Mistake(
        "KL202",
        "noise not normal",
        "the noise is not normal",
        "The reparameterised sample is mu + sigma * eps with eps from N(0, 1): randn, not rand. With "
        "uniform noise from [0, 1) the sample has the mean mu + sigma/2 and a twelfth of the variance; with "
        "noise cut off at two standard deviations, as truncated_normal draws it, 0.88 sigma for sigma.",
    ),
    Mistake(
        "KL203",
        "noise scaled",
        "the noise has not the standard deviation 1",
        "With eps scaled by c the sample has the standard deviation c sigma, and the KL is that of "
        "another distribution. Old Keras examples draw with epsilon_std = 0.01 or 0.1 that way.",
    ),
    Mistake(
        "KL204",
        "sign not undone",
        "the loss takes the KL away",
        "Training makes what is minimised smaller, and here that makes the KL larger without bound: either "
        "the closed form is that of -KL, as it stands in the evidence lower bound, and is added to the loss, "
        "or it is that of the KL and is subtracted. Of sign and sum one has to turn around.",
    ),
    Mistake(
        "KL205",
        "KL never used",
        "the KL is computed and nothing uses it",
        "The term is given a name that no other statement reads, so that the loss is trained without it: the "
        "autoencoder is not variational, whatever its name is.",
    ),
    Mistake(
        "KL206",
        "mean over the latents",
        "the KL is averaged over the latents, where the bound has their sum",
        "The KL of independent latents is the sum over them. A mean divides it by their number d: the "
        "effective beta is 1/d, and it changes when d does. Nothing is wrong with that if it is meant; the "
        "values are no KL, and beta is not comparable between models.",
    ),
    Mistake(
        "KL207",
        "name of another reading",
        "the name says another reading than the code has",
        "The code is right, consistently, under another reading than the name of the head states: a number "
        "that is called sigma and is a log-variance everywhere. Nothing is computed wrongly. Readers take "
        "it for a mistake, and one day someone puts it right in one place only.",
    ),
    Mistake(
        "KL208",
        "prior log-variance 1",
        "the prior has the variance e = 2.718: a 1 stands where the logarithm of a variance belongs",
        "A function that takes a log-variance is handed 1 for the unit prior, whose log-variance is 0. The "
        "KL is then that to N(0, e), and the optimum is sigma = 1.649: samples of N(0, 1) at test time do "
        "not cover what the decoder was trained on. Write 0.",
    ),
    Mistake(
        "KL209",
        "mean and head exchanged",
        "a call hands the mean to the KL as its head, and the head as its mean",
        "The function is right, and its arguments come in another order than it takes them. The mean is then "
        "pulled to where a variance belongs, and the variance is squared as a mean would be; the loss still "
        "falls, and nothing fails. Hand them over by name.",
    ),
    Mistake(
        "KL210",
        "exponential of an exponential",
        "the KL takes the exponential of what is an exponential already",
        "The formula reads its head as a logarithm and is handed exp(s). Its scale is then exp(exp(s)), "
        "which is above 1 for every s: the posterior of that KL is always wider than N(0, 1). Hand over s "
        "itself, or write the formula for the standard deviation or the variance that exp(s) is.",
    ),
)
