"""Settles formulas of full covariance matrices."""

__all__: list[str] = []
