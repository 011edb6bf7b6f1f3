"""The space of log-ratios: programs of log-probabilities of samples."""
