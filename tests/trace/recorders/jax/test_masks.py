"""What ``jnp.where`` leaves of an array, with 0 for the rest: by hand, over which positions a KL is averaged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import klcli

jax = pytest.importorskip("jax")
jnp = jax.numpy

B, T, LATENTS = 6, 5, 4
X = jax.random.uniform(jax.random.PRNGKey(0), (B, T, 3))
WEIGHTS = {
    "encoder": jax.random.normal(jax.random.PRNGKey(1), (3, 2 * LATENTS)),
    "decoder": jax.random.normal(jax.random.PRNGKey(2), (LATENTS, 3)),
}
KEPT = jnp.arange(T) < jnp.asarray([5, 4, 3, 2, 5, 1])[:, None]
COUNT = 20


def kl(mean: Any, head: Any) -> Any:
    return -0.5 * (1 + head - mean**2 - jnp.exp(head)).sum(-1)


def written(mean: Any, std: Any) -> Any:
    return 0.5 * (mean**2 + std**2 - 1 - 2 * jnp.log(std))


def chosen(mean: Any, head: Any) -> Any:
    return jnp.where(KEPT, kl(mean, head), 0.0).sum() / KEPT.sum()


def left_out(mean: Any, head: Any) -> Any:
    return jnp.where(~KEPT, 0, kl(mean, head)).sum() / COUNT


def by_keyword(mean: Any, head: Any) -> Any:
    return jnp.mean(kl(mean, head), where=KEPT)


def of_all(mean: Any, head: Any) -> Any:
    return kl(mean, head).mean()


def of_kept_heads(mean: Any, head: Any) -> Any:
    """At padding both Gaussians are one."""
    mean = jnp.where(KEPT[..., None], mean, 0.0)
    std = jnp.where(KEPT[..., None], jnp.exp(head / 2), 1.0)
    return written(mean, std).sum() / KEPT.sum()


def of_positive(mean: Any, head: Any) -> Any:
    """No mask: what is chosen depends on what is trained."""
    entries = kl(mean, head)
    return jnp.where(entries > 1, entries, 0.0).sum() / B


@pytest.mark.parametrize(
    ("reduced", "verdicts", "codes"),
    [
        (chosen, ["exact"], []),
        (left_out, ["exact"], []),
        (by_keyword, ["exact"], []),
        (of_all, ["exact"], ["KL133"]),
        (of_kept_heads, ["exact"], []),
        (of_positive, [], []),
    ],
)
def test_what_a_mask_leaves(
    reduced: Callable[[Any, Any], Any], verdicts: list[str], codes: list[str]
) -> None:
    def loss(weights: Any) -> Any:
        mean, head = jnp.split(X @ weights["encoder"], 2, -1)
        z = mean + jnp.exp(head / 2) * jax.random.normal(jax.random.PRNGKey(3), mean.shape)
        error = ((z @ weights["decoder"] - X) ** 2).sum(-1)
        return jnp.where(KEPT, error, 0.0).sum() / B + reduced(mean, head)

    with klcli.watch() as seen:
        jax.grad(loss)(WEIGHTS)
    assert [one.verdict for one in seen.terms if one.kind == "kl"] == verdicts
    assert [one.mistake.code for one in seen.findings] == codes
    assert all(one.agreement.agrees for one in seen.terms if one.kind == "kl")
