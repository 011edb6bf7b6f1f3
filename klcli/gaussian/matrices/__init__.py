"""Covariances as they are given: their forms, what is refused of them, exact arithmetic with them."""
