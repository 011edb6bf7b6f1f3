"""Priors that are no Gaussians: their texts, their densities, and what is known of the divergence."""
