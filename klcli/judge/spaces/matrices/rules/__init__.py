"""Small changes of a formula of matrices that undo mistakes, by what they change."""
