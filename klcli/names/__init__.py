"""What other identifiers suggest: the only place with patterns over names, each with examples."""
