"""What `klcli estimate` does with its files: one table, those of a folder, or files side by side."""
