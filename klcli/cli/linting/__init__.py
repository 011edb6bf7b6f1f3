"""Around the linter: which files, which findings, on how many cores, and what is done about them."""
