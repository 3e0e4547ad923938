"""Every request about contracts and their data, in one table."""

from collections.abc import Callable

from workstation.simgateway import (
    requests_contracts,
    requests_depth,
    requests_events,
    requests_exercise,
    requests_history,
    requests_live_bars,
    requests_market,
    requests_news,
    requests_options,
    requests_scanner,
    requests_ticks,
)
from workstation.simgateway.client import Client
from workstation.simgateway.codec_text import Fields

HANDLERS: dict[int, Callable[[Client, Fields], None]] = {
    **requests_contracts.HANDLERS,
    **requests_market.HANDLERS,
    **requests_depth.HANDLERS,
    **requests_history.HANDLERS,
    **requests_live_bars.HANDLERS,
    **requests_ticks.HANDLERS,
    **requests_news.HANDLERS,
    **requests_events.HANDLERS,
    **requests_options.HANDLERS,
    **requests_exercise.HANDLERS,
    **requests_scanner.HANDLERS,
}
