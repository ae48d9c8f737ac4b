"""docs/readers.md."""

from __future__ import annotations

from tests.quoted.quotes import quote
from tests.read import room

PAGE = "docs/readers.md"


@quote(PAGE, "of another type than is said. {t} The layouts, format by format:")
def matrix() -> list[str]:
    return [room.written()]
