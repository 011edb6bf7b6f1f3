"""Estimates of a divergence that do not know its closed form, each with its error."""
