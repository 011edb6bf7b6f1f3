"""What is wrong with terms, or worth knowing: one rule a file, all of one signature."""
