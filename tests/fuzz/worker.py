"""The process that works cases: `python -m tests.fuzz.worker '[["scenario", 0, 100]]' 5`."""

import json
import sys

from tests.fuzz.harness import Job, work

if __name__ == "__main__":
    work([Job(*j) for j in json.loads(sys.argv[1])], float(sys.argv[2]))
