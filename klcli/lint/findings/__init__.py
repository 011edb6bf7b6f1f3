"""What is said about terms, where, and how it is mended."""
