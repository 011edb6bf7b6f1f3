"""Estimates of KL(q || p) from samples of any distribution; knows nothing of Gaussians."""
