"""Tables of samples, read in blocks from files and from standard input."""
