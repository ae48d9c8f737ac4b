"""Write the numbers of README and docs anew, sentences and examples: `python -m tests.quoted [PAGE ...]`."""

import sys

from tests.quoted.examples import renewed
from tests.quoted.quotes import ROOT, all_quotes, put_anew


def main(asked: list[str]) -> int:
    """Rewrite pages; 1 where a sentence is gone or an example breaks."""
    pages = ["README.md", *sorted(str(p.relative_to(ROOT)) for p in (ROOT / "docs").glob("*.md"))]
    wrong: list[str] = []
    for page in asked or pages:
        path = ROOT / page
        before = path.read_text(encoding="utf-8")
        if page in all_quotes():
            text, gone = put_anew(page)
            path.write_text(text, encoding="utf-8")
            wrong += gone
        text, broken = renewed(path)
        path.write_text(text, encoding="utf-8")
        wrong += broken
        print(f"{'rewrote' if path.read_text(encoding='utf-8') != before else 'same'} {page}", flush=True)
    for line in wrong:
        print(f"not done: {line}", file=sys.stderr)
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
