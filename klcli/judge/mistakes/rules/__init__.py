"""Small changes of a formula of numbers that undo mistakes, by what they change."""
