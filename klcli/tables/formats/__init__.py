"""The formats of files of numbers: a module each, and which one a file is, told by how it begins."""
