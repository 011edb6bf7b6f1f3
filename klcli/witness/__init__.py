"""Witnesses of a divergence: integrals, estimators, bounds, and whether they agree with its closed form."""
