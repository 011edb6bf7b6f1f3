"""Settles formulas of full covariance matrices."""
