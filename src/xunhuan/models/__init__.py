"""Models from accounts to accounts: each a room, a folder with a record. Calling the module lists them.

>>> import xunhuan as xh
>>> [m for m in xh.models() if m in ("trade", "propagation")]
['trade', 'propagation']
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xunhuan.models.model import Model


class _Rooms(ModuleType):
    """This module, which can be called."""

    def __call__(self) -> dict[str, Model[Any]]:
        """Every model by name, lasting ones first.

        Returns
        -------
        dict of str to Model
            By name, with its record: parameters, edits it reads, quantities it gives, sources.

        Raises
        ------
        BadInput
            Where a room of another package does not fit the house.
        XunhuanError
            Where it cannot be opened.

        Examples
        --------
        >>> import xunhuan as xh
        >>> xh.models()["propagation"].horizon
        'short'
        """
        from xunhuan.models import registry

        return registry.models()


sys.modules[__name__].__class__ = _Rooms
