"""How a report looks: one format is one module with one function."""
