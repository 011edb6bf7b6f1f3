"""Print the test files of which something was skipped, out of a report that pytest wrote as JUnit XML."""

import sys
from pathlib import Path
from xml.etree import ElementTree

files = set()
for case in ElementTree.parse(sys.argv[1]).iter("testcase"):
    if case.find("skipped") is not None:
        # A whole file that was skipped has no class, and its own name is that of the file.
        parts = (case.get("classname") or case.get("name")).split(".")
        candidates = (Path(*parts[:count]).with_suffix(".py") for count in range(len(parts), 0, -1))
        files.add(next(path for path in candidates if path.is_file()))
if not files:
    sys.exit("nothing was skipped: are the optional packages installed?")
print(*sorted(files))
