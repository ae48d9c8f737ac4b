"""The first-order check of each arm that a model's own arithmetic allows, to stand beside what the model says."""

from __future__ import annotations

from typing import Any

import numpy as np

from xunhuan.models import registry
from xunhuan.models.model import Shock
from xunhuan.scenario.run import Bench, arms


def checks(bench: Bench) -> list[dict[str, Any]]:
    """Of every arm and model that has such a figure for home: arm, model, quantity, what, share and change.

    share   of home's income that the edits concern, ratio · change: by how much it becomes cheaper or more, ratio; their
            product is the first-order gain
    """
    out = []
    places = bench.view.places
    for arm, doses in arms(bench.scenario).items():
        for name in bench.order:
            first_order, edits = registry.find(name).first_order, bench.edits(name, doses)
            if first_order is None or not edits or name in bench.after or bench.base.home not in places.codes:
                continue
            found = first_order(bench.rest(name), Shock(edits, arm), bench.parameters[name], places)
            if found is None:
                continue
            at = places.index(bench.base.home)
            share, change = float(found.share[at]), float(found.change[at])
            if np.isfinite(change) and share > 0:
                out.append({"arm": arm, "model": name, "quantity": found.quantity, "what": found.what,
                            "share": share, "change": change})  # fmt: skip
    return out
