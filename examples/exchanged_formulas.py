"""The two formulas for KL(N(mu, sigma^2) || N(0, 1)), each with the head it is right for, and exchanged.

    A  -1/2 (2 log s - s^2 - mu^2 + 1)     exact where s is the standard deviation
    B  -1/2 (log s - s - mu^2 + 1)         exact where s is the variance

A linear variational autoencoder is trained with each, and its first step is watched. What it should learn
is known: with a decoder of variance 1 the variance of a latent is 1 / eigenvalue of the data's covariance,
where that is above 1 (probabilistic PCA; Lucas et al., Don't blame the ELBO, 2019). It needs torch, and takes
some seconds. Below the table is a picture of the variance of the first latent while it is learned; with the
name of a file, `python examples/exchanged_formulas.py learned.svg`, it is drawn there, too.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

import klcli
from klcli.render.braille import draw
from klcli.render.image_formats import drawn
from klcli.report.document import Axis, Curve, Plot

EIGENVALUES = (9.0, 4.0, 2.0)
EXAMPLES, STEPS = 400, 500
WIDTH = 78
"""Characters of a line of the picture."""


def formula_a(mu: Tensor, s: Tensor) -> Tensor:
    return -0.5 * (2 * torch.log(s) - s**2 - mu**2 + 1)


def formula_b(mu: Tensor, s: Tensor) -> Tensor:
    return -0.5 * (torch.log(s) - s - mu**2 + 1)


def data() -> Tensor:
    """Examples whose covariance has just these eigenvalues."""
    drawn = torch.randn(EXAMPLES, len(EIGENVALUES))
    drawn = drawn - drawn.mean(0)
    whitened = drawn @ torch.linalg.inv(torch.linalg.cholesky(drawn.T @ drawn / EXAMPLES)).T
    return whitened * torch.tensor(EIGENVALUES).sqrt()


def learned(
    formula: Callable[[Tensor, Tensor], Tensor], head_is_variance: bool
) -> tuple[list[float], list[float], str]:
    """The variances of the latents when trained, that of the first at each step, and what a watch says."""
    torch.manual_seed(0)
    x, d = data(), len(EIGENVALUES)
    encoder = torch.nn.Linear(d, d, bias=False)
    scales = torch.nn.Parameter(torch.zeros(d))
    decoder = torch.nn.Linear(d, d, bias=False)
    for layer in (encoder, decoder):
        torch.nn.init.eye_(layer.weight)  # along the axes of the data, so that a few steps are enough
    parameters = [*encoder.parameters(), scales, *decoder.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=0.05)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.99)

    def step() -> None:
        mu = encoder(x)
        s = torch.exp(scales)
        std = torch.sqrt(s) if head_is_variance else s
        z = mu + std * torch.randn_like(mu)
        reconstruction = 0.5 * ((x - decoder(z)) ** 2).sum(1).mean()
        kl = formula(mu, s).sum(1).mean()
        optimizer.zero_grad()
        (reconstruction + kl).backward()
        optimizer.step()
        schedule.step()

    def variances() -> Tensor:
        return torch.exp(scales.detach()) if head_is_variance else torch.exp(scales.detach()) ** 2

    with klcli.watch() as seen:
        step()
    history = []
    for _ in range(STEPS):
        step()
        history.append(float(variances()[0]))
    order = (decoder.weight.detach() ** 2).sum(0).argsort(descending=True)
    findings = "; ".join(f"{one.mistake.code} {one.message}" for one in seen.findings)
    return [float(value) for value in variances()[order]], history, findings or "nothing found"


def picture(histories: dict[str, list[float]]) -> Plot:
    """The variance of the first latent at each step, and the optimum."""
    steps = tuple(float(step) for step in range(1, STEPS + 1))
    best = 1 / EIGENVALUES[0]
    return Plot(
        "variance of the first latent while it is learned",
        Axis("step"),
        Axis("variance", "log"),
        tuple(Curve(name, steps, tuple(found)) for name, found in histories.items()),
        Curve(f"the optimum, {best:.3f}", steps, (best,) * STEPS),
    )


def main(path: str = "") -> None:
    """Print the table and the picture, and draw that into a file."""
    torch.set_num_threads(1)  # on arrays as small as these, threads wait for each other
    histories = {}
    best = [min(1.0, 1 / value) for value in EIGENVALUES]
    print(f"{'':<28}{'learned variances':<26}klcli.watch")
    print(f"{'the optimum':<28}{'  '.join(f'{value:.3f}' for value in best)}")
    for name, formula, is_variance in (
        ("A, s a standard deviation", formula_a, False),
        ("B, s a variance", formula_b, True),
        ("A, s a variance", formula_a, True),
        ("B, s a standard deviation", formula_b, False),
    ):
        found, histories[name], said = learned(formula, is_variance)
        print(f"{name:<28}{'  '.join(f'{value:.3f}' for value in found):<26}{said}")
    plot = picture(histories)
    print(f"\n{plot.title}")
    is_unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    for row in draw(plot, WIDTH, unicode=is_unicode):
        print("".join(stroke.text for stroke in row))
    if path:
        Path(path).write_bytes(drawn([plot], path))


if __name__ == "__main__":
    main(*sys.argv[1:])
