"""A source of bars that leaves something out is not made."""

import pytest

from workstation.ui.chart.bars import BarArrays
from workstation.ui.chart.source import Source


class Halfway(Source):
    @property
    def bars(self) -> BarArrays:
        return BarArrays()


def test_a_source_that_leaves_something_out_is_not_made(qapp) -> None:
    with pytest.raises(TypeError, match="Halfway has no is_live, link_lost, link_ready, set_unw"):
        Halfway()
