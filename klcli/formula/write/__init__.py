"""From programs to text: in the notation that is asked for, and as edits of what was written."""
