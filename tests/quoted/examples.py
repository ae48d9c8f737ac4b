"""Examples of pages and docstrings, with what comes out of them written anew."""

from __future__ import annotations

import doctest
import io
from contextlib import redirect_stdout
from pathlib import Path

FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
"""As in pyproject.toml."""


class Collector(doctest.DocTestRunner):
    """Runs an example's statements and keeps what came out where that is not what stands there."""

    def __init__(self) -> None:
        super().__init__(optionflags=FLAGS, verbose=False)
        self.wrong: list[tuple[doctest.Example, str]] = []
        self.failed: list[str] = []

    def report_failure(self, out: object, test: doctest.DocTest, example: doctest.Example, got: str) -> None:
        self.wrong.append((example, got))

    def report_unexpected_exception(
        self, out: object, test: doctest.DocTest, example: doctest.Example, exc_info: object
    ) -> None:
        self.failed.append(f"{test.name}, line {example.lineno + 1}: {example.source.strip()}")


def renewed(path: Path) -> tuple[str, list[str]]:
    """Text of a page with the outputs of its examples as they come out, and the examples that break.

    What an example raises is left as it stands: a message is not a number.
    """
    text = path.read_text(encoding="utf-8")
    test = doctest.DocTestParser().get_doctest(text, {"__name__": "__main__"}, path.name, str(path), 0)
    runner = Collector()
    with redirect_stdout(io.StringIO()):
        runner.run(test, clear_globs=True)
    lines = text.splitlines(keepends=True)
    for example, got in reversed(runner.wrong):
        if example.exc_msg is not None:
            runner.failed.append(f"{path.name}, line {example.lineno + 1}: {example.source.strip()}")
            continue
        start = example.lineno + len(example.source.splitlines())
        stop = start + len(example.want.splitlines())
        lines[start:stop] = [" " * example.indent + line for line in got.splitlines(keepends=True)]
    return "".join(lines), runner.failed
