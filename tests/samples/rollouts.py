"""Simulated rollouts: a language of few words whose policy, reference and sampler are known to the last bit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy

from klcli.samples.row_sample import RowSample

WORDS, SEQUENCES, TOKENS = 120, 700, 25


def softmax(logits: numpy.ndarray) -> numpy.ndarray:
    weights = numpy.exp(logits - logits.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


@dataclass
class Language:
    """The probabilities of the next word after each word, under the policy q and the reference p.

    Half of the words leave much open and mostly lead to each other, so that an unlikely word is followed by
    unlikely ones, as in texts. The reference is flatter than the policy, as that before training is.
    """

    rng: numpy.random.Generator
    q: numpy.ndarray
    p: numpy.ndarray

    @classmethod
    def drawn(cls, seed: int) -> Language:
        rng = numpy.random.default_rng(seed)
        is_open = numpy.arange(WORDS) < WORDS // 2
        logits = rng.normal(size=(WORDS, WORDS)) * numpy.where(is_open, 0.8, 3.0)[:, None]
        q = softmax(logits + 3.0 * (is_open[:, None] == is_open))
        return cls(rng, q, softmax(0.7 * numpy.log(q) + 0.3 * rng.normal(size=q.shape)))

    def at(self, temperature: float) -> numpy.ndarray:
        return softmax(numpy.log(self.q) / temperature)

    def top(self, words: int) -> numpy.ndarray:
        least = numpy.sort(self.q, axis=1)[:, [-words]]
        kept = numpy.where(self.q >= least, self.q, 0.0)
        return kept / kept.sum(axis=1, keepdims=True)

    def nucleus(self, mass: float) -> numpy.ndarray:
        order = numpy.argsort(-self.q, axis=1)
        sorted_q = numpy.take_along_axis(self.q, order, axis=1)
        kept = numpy.where(sorted_q.cumsum(axis=1) - sorted_q < mass, sorted_q, 0.0)
        found = numpy.zeros_like(self.q)
        numpy.put_along_axis(found, order, kept, axis=1)
        return found / found.sum(axis=1, keepdims=True)

    def rollouts(
        self, sampler: numpy.ndarray, recorded: numpy.ndarray
    ) -> tuple[numpy.ndarray, numpy.ndarray]:
        """log q, as it was recorded, and log p of texts that a sampler drew; each (SEQUENCES, TOKENS)."""
        word = self.rng.integers(0, WORDS, SEQUENCES)
        limits = sampler.cumsum(axis=1)
        found = numpy.empty((2, SEQUENCES, TOKENS))
        for token in range(TOKENS):
            drawn = (self.rng.random(SEQUENCES)[:, None] > limits[word]).sum(axis=1).clip(max=WORDS - 1)
            found[:, :, token] = numpy.log(recorded[word, drawn]), numpy.log(self.p[word, drawn])
            word = drawn
        return found[0], found[1]


def sample_of(log_q: numpy.ndarray, log_p: numpy.ndarray, *, sequences: bool = True) -> RowSample:
    found = RowSample()
    keys = [str(row) for row in range(len(log_q)) for _ in range(log_q.shape[1])] if sequences else []
    found.add(numpy.stack([log_q.ravel(), log_p.ravel()], axis=1), keys)
    return found


def z_of_mean_ratio(log_q: numpy.ndarray, log_p: numpy.ndarray) -> float:
    ratios = numpy.exp(log_p - log_q).ravel()
    return float((ratios.mean() - 1) / (ratios.std(ddof=1) / ratios.size**0.5))
