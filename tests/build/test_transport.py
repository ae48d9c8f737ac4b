"""The transport network: what is bundled is what the sources give."""

from pathlib import Path

import pandas as pd
import pytest

from tests.helpers.raw import raw_folder
from xunhuan.build.transport import NAME, write_transport
from xunhuan.errors import BadInput
from xunhuan.models.gateway.network import network

pytestmark = pytest.mark.twin


def test_the_bundled_network_is_what_is_built(tmp_path: Path) -> None:
    bundled = network(NAME).folder
    for path in write_transport(raw_folder(), tmp_path):
        assert path.read_bytes() == (bundled / path.name).read_bytes(), path.name
    assert (
        pd.read_csv(tmp_path / NAME / "targets.csv")
        .groupby(["class", "way"])["share"]
        .sum()
        .between(0.999, 1.001)
        .all()
    )


def test_a_missing_source_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as e:
        write_transport(tmp_path, tmp_path)
    assert "transport/gateways.csv" in e.value.items
