"""The value of a formula on numbers, vectors, matrices and arrays, in any arithmetic."""
