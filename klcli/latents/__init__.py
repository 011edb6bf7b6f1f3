"""Statistics of tables of posteriors, block by block: what the KL term did to a data set."""
