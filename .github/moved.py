"""Which verdicts differ between two outputs of `frames ls --json`: Markdown for an issue.

Usage: moved.py BEFORE.json AFTER.json. Prints nothing where none has moved.
"""

import json
import sys
from pathlib import Path


def moved(before: str, after: str) -> str:
    """A list of the frames whose verdict, or a prediction's outcome, is not what it was."""
    old = {frame["id"]: frame for frame in json.loads(before)}
    lines = []
    for new in json.loads(after):
        was = old.get(new["id"])
        if was and was["verdict"] == "untested":
            continue  # no run was kept to compare with
        if was and was["verdict"] != new["verdict"]:
            lines.append(f"- `{new['id']}`: {was['verdict']} before, {new['verdict']} now")
        for one, other in zip(was["predictions"] if was else (), new["predictions"], strict=False):
            if (one["id"], one["outcome"]) != (other["id"], other["outcome"]):
                change = f"{one['outcome']} before, {other['outcome']} now"
                lines.append(f"    - prediction `{other['id']}`: {change}")
    return "\n".join(lines)


if __name__ == "__main__":
    print(moved(*(Path(path).read_text(encoding="utf-8") for path in sys.argv[1:3])))
