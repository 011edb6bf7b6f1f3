"""Formulas of matrices and vectors: read, given kinds, evaluated."""
