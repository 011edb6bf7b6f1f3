"""Gaussians with a full covariance: how they are given, their divergence, their log ratio."""
