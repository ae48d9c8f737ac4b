"""Write docs/evidence.md from the rows: `python -m tests.evidence`."""

from tests.evidence.rows import PAGE, page

PAGE.write_text(page(), encoding="utf-8")
print(f"wrote {PAGE}")
