"""Print the test files that miss a package, out of a report that pytest wrote as JUnit XML."""

import sys
from pathlib import Path
from xml.etree import ElementTree

files = set()
for case in ElementTree.parse(sys.argv[1]).iter("testcase"):
    skip = case.find("skipped")
    # pytest.importorskip says so in the message, or in the text where it skips a whole file.
    if skip is not None and "could not import" in f"{skip.get('message')} {skip.text}":
        # A whole file that was skipped has no class, and its own name is that of the file.
        parts = (case.get("classname") or case.get("name")).split(".")
        candidates = (Path(*parts[:count]).with_suffix(".py") for count in range(len(parts), 0, -1))
        files.add(next(path for path in candidates if path.is_file()))
if not files:
    sys.exit("no package is missing: were the optional ones installed?")
print(*sorted(files))
