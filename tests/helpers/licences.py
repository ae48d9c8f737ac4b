"""Licences of all that is installed with the package, and whether GPL-3.0-or-later may be combined with them.

    python -m tests.helpers.licences        a row for each locked dependency; ends with 1 where one may not

What may be combined is what https://www.gnu.org/licenses/license-list.html calls compatible with the GPL, version 3;
AGPL-3.0 is by section 13 of both. A package says its licence in its metadata, as an expression, in words or as classifiers;
where it says several, one of them is enough after "or", all are needed after "and".
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMPATIBLE = (
    r"(the )?mit( license)?( \(mit\))?|mit-cmu|0bsd|(\d-clause )?bsd([ -]\d-clause)?( license)?"
    r"|apache( software license|[ -]2(\.0)?)|isc( license)?( \(iscl\))?|zpl 2\.1"
    r"|zope public license|zlib|cc0-1\.0|public domain"
    r"|psf-2\.0|python software foundation license|(mpl-2\.0|mozilla public license 2\.0)( \(mpl 2\.0\))?"
    r"|gnu lesser general public license v3( \(lgplv3\))?|(agpl|gpl|lgpl)-3\.0-or-later|gnu general public license \(gpl\)"
)
"""Names of licences that may be combined with GPL-3.0-or-later, as metadata have them."""


def locked() -> dict[str, str]:
    """Version of every locked package by name."""
    out = {}
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-uv.lock"):
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
            if found := re.match(r"([A-Za-z0-9][\w.-]*)==([^\s;]+)", line):
                out[found[1]] = found[2]
    return dict(sorted(out.items()))


def said(name: str) -> str:
    """What a package says its licence is: the expression, else the classifiers, else the first line of its text."""
    about = metadata.metadata(name)
    classifiers = [c.split("::")[-1].strip() for c in about.get_all("Classifier", []) if c.startswith("License")]
    named = about.get("License-Expression") or " or ".join(classifiers) or (about.get("License") or "").split("\n")[0]
    texts = (f for f in metadata.files(name) or () if f.name.upper().startswith("LICEN") and f.name != "licenses")
    return named or next((f.read_text().strip().split("\n")[0] for f in texts), "")


def compatible(licence: str) -> bool:
    """Whether what a package says may be combined with GPL-3.0-or-later.

    >>> compatible("MIT AND PSF-2.0"), compatible("MIT OR SSPL-1.0"), compatible("MIT AND SSPL-1.0"), compatible("")
    (True, True, False, False)
    """
    one = re.compile(COMPATIBLE, re.IGNORECASE)
    ways = re.split(r"\s+or\s+", licence, flags=re.IGNORECASE)
    return any(all(one.fullmatch(part.strip(" ()")) or one.fullmatch(part.strip())
                   for part in re.split(r"\s+and\s+", way, flags=re.IGNORECASE)) for way in ways)  # fmt: skip


def rows() -> Iterator[tuple[str, str, str, str]]:
    """Name, version, licence as said, and "yes", "no" or "not installed here"."""
    for name, version in locked().items():
        try:
            licence = said(name)
        except metadata.PackageNotFoundError:
            yield name, version, "", "not installed here"
        else:
            yield name, version, licence, "yes" if compatible(licence) else "no"


def main() -> int:
    """Print them; 1 where one may not be combined."""
    found = list(rows())
    for name, version, licence, may in found:
        print(f"{name:28} {version:14} {may:20} {licence}")
    counts = {may: sum(row[3] == may for row in found) for may in ("yes", "no", "not installed here")}
    print(f"{len(found)} packages: " + ", ".join(f"{n} {may}" for may, n in counts.items()))
    return bool(counts["no"])


if __name__ == "__main__":
    sys.exit(main())
