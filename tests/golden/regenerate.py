"""Write the golden numbers anew: `python tests/golden/regenerate.py`. Look at the difference before committing it."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scenario"))

from test_library import GOLDEN, golden

if __name__ == "__main__":
    golden().to_csv(GOLDEN, index=False)
    print(f"wrote {GOLDEN}")
