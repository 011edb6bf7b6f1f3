"""The mathematics of Gaussians: readings of a head, divergences, estimates, derivations."""
