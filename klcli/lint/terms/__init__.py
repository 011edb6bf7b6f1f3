"""What an expression computes: a KL term, a sample, or neither."""
