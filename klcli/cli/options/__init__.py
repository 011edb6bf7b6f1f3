"""The options of commands and their values: numbers, readings, Gaussians, matrices, formulas."""
