"""What `klcli latents` does with its files: one pass or two, limits, a line for each example."""
