"""The data flow of functions, across calls, methods and files."""
