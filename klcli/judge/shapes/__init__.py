"""What the sums and means of a program do to the formula of its entries, on arrays of several shapes."""
