"""Follows the broker's data farms by the codes that TWS sends. Source: tws-wire.md 3.3."""

import re

from workstation.domain.clock import Clock
from workstation.domain.farm import Farm, FarmPurpose, FarmStatus
from workstation.domain.reports import BrokerNotice

_CODES = {
    2103: (FarmPurpose.QUOTES, FarmStatus.BROKEN),
    2104: (FarmPurpose.QUOTES, FarmStatus.OK),
    2105: (FarmPurpose.HISTORY, FarmStatus.BROKEN),
    2106: (FarmPurpose.HISTORY, FarmStatus.OK),
    2107: (FarmPurpose.HISTORY, FarmStatus.INACTIVE),
    2108: (FarmPurpose.QUOTES, FarmStatus.INACTIVE),
    2119: (FarmPurpose.QUOTES, FarmStatus.CONNECTING),
    2157: (FarmPurpose.CONTRACTS, FarmStatus.BROKEN),
    2158: (FarmPurpose.CONTRACTS, FarmStatus.OK),
}
_NAME = re.compile(r":\s*([\w.-]{1,40})\s*\.?\s*$")
"""The farm stands behind the last colon: "Market data farm connection is OK:usfarm.nj"."""

MOST_FARMS = 100
"""A broker that names more than this is not listened to: names are foreign text."""

UNNAMED = "unnamed"


class Farms:
    """Keeps the newest status of each farm. Core thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._farms: dict[tuple[FarmPurpose, str], Farm] = {}

    def forget(self) -> None:
        """A new session tells them all again."""
        self._farms.clear()

    def apply(self, notice: BrokerNotice) -> Farm | None:
        """Take a coded message; the farm it changed, None where it changed none."""
        known = _CODES.get(notice.code)
        if known is None:
            return None
        purpose, status = known
        found = _NAME.search(notice.text)
        name = found.group(1) if found else UNNAMED
        before = self._farms.get((purpose, name))
        if before is not None and before.status is status:
            return None
        if before is None and len(self._farms) >= MOST_FARMS:
            return None
        farm = Farm(name=name, purpose=purpose, status=status, since=self._clock.now())
        self._farms[purpose, name] = farm
        return farm

    def all(self) -> tuple[Farm, ...]:
        """Return every farm, those for quotes first."""
        order = list(FarmPurpose)
        return tuple(
            sorted(self._farms.values(), key=lambda farm: (order.index(farm.purpose), farm.name))
        )

    def broken(self, purpose: FarmPurpose | None = None) -> tuple[Farm, ...]:
        """Return the farms that are broken, of one purpose or of any."""
        return tuple(
            farm
            for farm in self.all()
            if farm.status is FarmStatus.BROKEN and purpose in {None, farm.purpose}
        )
