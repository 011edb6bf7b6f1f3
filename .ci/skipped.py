"""Print the tests that miss a package, for pytest, out of a report that it wrote as JUnit XML."""

import sys
from pathlib import Path
from xml.etree import ElementTree

missing = set()
for case in ElementTree.parse(sys.argv[1]).iter("testcase"):
    skip = case.find("skipped")
    # pytest.importorskip says so in the message, or in the text where it skips a whole file.
    if skip is not None and "could not import" in f"{skip.get('message')} {skip.text}":
        # A whole file that was skipped has no class, and its own name is that of the file.
        name = case.get("classname")
        parts = (
            [*name.split("."), case.get("name").partition("[")[0]] if name else case.get("name").split(".")
        )
        file = next(n for n in range(len(parts), 0, -1) if Path(*parts[:n]).with_suffix(".py").is_file())
        missing.add("::".join([f"{'/'.join(parts[:file])}.py", *parts[file:]]))
if not missing:
    sys.exit("no package is missing: were the optional ones installed?")
print(*sorted(missing))
