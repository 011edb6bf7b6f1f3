"""What a formula really is: identified by its coefficients, judged, compared with the truth."""
