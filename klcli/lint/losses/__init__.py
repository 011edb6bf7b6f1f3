"""What becomes of a KL in the losses of its function."""
