"""What a KL term really computes: calculator and verifier for Gaussian KL divergences."""
