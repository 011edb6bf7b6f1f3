"""What libraries compute of normal distributions, in a text that mathematics and Python read alike."""

from __future__ import annotations

NORMAL_DIVERGENCE = "log(t/s) + (s**2 + (m - n)**2) / (2 * t**2) - 1/2"
"""KL(N(m, s^2) || N(n, t^2)): Kullback, Information Theory and Statistics (1959), chapter 9."""
NORMAL_DIVERGENCE_OF_VARIANCES = "1/2 * (log(t/s) + (s + (m - n)**2)/t - 1)"
"""The same, where s and t are the variances."""
NORMAL_LOG_DENSITY = "-((x - m)**2) / (2 * s**2) - log(s) - 1/2 * log(2 * math.pi)"
"""log N(x; m, s^2), with a constant that only Python writes so."""
NORMAL_DRAW = "m + s * randn()"
"""A reparameterised draw."""
