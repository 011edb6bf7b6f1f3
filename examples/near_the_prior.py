"""Posterior collapse in numbers: the textbook formula against klcli's array kernel.

As training pushes q towards the prior, sigma = 1 + d with a small d. The textbook form subtracts numbers
near 1 and loses what is left; the kernel takes the difference from 1 first.
"""

import numpy as np

import klcli

d = np.array([1e-2, 1e-4, 1e-6, 1e-8, 1e-10])
sigma = 1 + d

textbook = -0.5 * (1 + 2 * np.log(sigma) - sigma**2)
kernel = klcli.kl(0.0, sigma)

print("sigma - 1    textbook                 klcli                    exact")
for i, distance in enumerate(d):
    q = klcli.Gaussian.from_head(0, float(sigma[i]))  # the double itself, exactly
    exact = klcli.divergence(q, klcli.Gaussian.from_head(0, 1)).value
    print(f"{distance:<12g} {textbook[i]:<24.16g} {kernel[i]:<24.16g} {exact:.16g}")
