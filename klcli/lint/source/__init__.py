"""Sources of every kind as syntax trees: notebooks, Python 2, files with errors; and a first look at them."""
