"""What the conditions of verdicts mean, each with a line that has it."""

from __future__ import annotations

from collections.abc import Mapping

from klcli.judge.condition import ConditionKind

__all__ = ["CONDITION_MEANINGS"]

CONDITION_MEANINGS: Mapping[ConditionKind, tuple[str, str]] = {
    "small-number": (
        "A number that stands inside of a function to keep it finite. Its size is the largest error that it "
        "makes, relative to 1 + KL, for sigma from 0.01 to 100 and means from -3 to 3. Up to 0.001 it "
        "passes: 1e-6 in log(v + 1e-6) does, 1e-3 does not. A symbol passes, with the largest value for "
        "which that holds. A number that stands wherever the head does belongs to the head: the formula is "
        "exact for s + eps, and the sampler has to add it, too.",
        "0.5 * torch.sum(var + mu**2 - 1 - torch.log(var + 1e-3))",
    ),
    "clip": (
        "A clip of a part. One that does not bind for sigma from 0.01 to 100 passes; outside of its limits "
        "there is no gradient. One that stands wherever the head does keeps the head within its range: the "
        "sampler has to clip it, too. One whose limit is not known fails; --accept clip accepts it.",
        "-0.5 * torch.sum(1 + torch.clamp(logvar, -10, 10) - mu.pow(2) - logvar.exp())",
    ),
    "free-bits": (
        "The whole is kept from falling below a number, so that the KL costs nothing until it is larger. "
        "Below that number there is no gradient. It fails, as the value is no KL there; --accept free-bits "
        "accepts it. A number up to 1e-3 passes, and so does 0, below which no KL is. Of trained latents "
        "klcli latents prints three kinds: of each latent after the mean over examples, of each latent and "
        "example, and of each example in total.",
        "torch.clamp(-0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), 1), min=2).mean()",
    ),
    "gradient": (
        "The value is that of the KL and the gradient is not: a part is detached, cast to integers, or "
        "under no_grad. The verdict says what is optimised instead. It fails, and no --accept covers it; "
        "see KL134.",
        "-0.5 * torch.sum(1 + logvar.detach() - mu.pow(2) - logvar.exp())",
    ),
    "no-gradient": (
        "The whole is detached, or under no_grad: a value that is printed, and no loss that trains anything. "
        "It fails, and no --accept covers it; lint says nothing of it, as such values stand beside losses.",
        "(-0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())).detach()",
    ),
    "shapes": (
        "The sums and means could not be followed on arrays, so that the text is judged for one entry. It "
        "passes where only sums stand; it fails where there is a mean, whose divisor is not known.",
        "-0.5 * np.mean(1 + logvar - mu**2 - np.exp(logvar), axis=axes)",
    ),
    "weights": (
        "A name multiplies a part of the terms and not the others. It is the KL only for the value that is "
        "said, so that it fails.",
        "-0.5 * torch.sum(1 + logvar - alpha * mu.pow(2) - logvar.exp())",
    ),
    "equation": (
        "The left-hand side begins with a Gaussian of numbers, and so states KL(p || q). It passes where the "
        "right-hand side is that, and fails where it is KL(q || p): one of the two sides is wrong.",
        "KL(N(0, 1) || N(mu, sigma^2)) = -1/2 (1 + 2 log sigma - mu^2 - sigma^2)",
    ),
    "definition": (
        "A variable of the text is taken for a symbol, and what it is computed from is not judged: sigma = "
        "0.1 + softplus(x) is no reading of x, and right in sigma. It fails where the terms are not summed "
        "alike with that put in, as with the mean of a batch for a mean.",
        "std = 0.1 + softplus(x); -log(std) + (std^2 + mu^2 - 1)/2",
    ),
    "names": (
        "What is named like a mean stands for the head, and what is named like a head for the mean. The "
        "formula is a KL of other Gaussians than those that its names speak of, so that it fails; --head "
        "with the name of the mean asks for just that.",
        "-0.5 * torch.sum(1 + mu - logvar.pow(2) - mu.exp())",
    ),
}
"""Every kind of condition with its page, and a line whose verdict has it."""
