"""The mistakes that are known by name, with codes and pages, in the order in which they are looked for."""
