"""Finds Gaussian KL terms and reparameterised samples in Python source, and settles what they are."""
