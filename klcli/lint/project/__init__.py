"""The files that are linted together: what they define, and what a name in one means in another."""
