"""From text to programs: mathematics, LaTeX and Python; what is pasted; nothing is evaluated."""
