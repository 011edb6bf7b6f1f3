"""Estimates of KL(q || p) from samples that someone else drew: of their log ratios, and of Gaussians."""
