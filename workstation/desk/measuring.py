"""Connects the measurement of fills to the orders, the streams and the prints it needs."""

from workstation.desk.execution_quality import ExecutionQuality, QualityParts
from workstation.desk.market_feed import FeedParts
from workstation.desk.order_desk import OrderDesk
from workstation.desk.print_sums import PrintSums
from workstation.desk.streams import Streams
from workstation.domain.ports import Reactor
from workstation.oms.orders import OrderBook


def measuring(
    reactor: Reactor, orders: OrderBook, order_desk: OrderDesk, feed: FeedParts, streams: Streams
) -> ExecutionQuality:
    """Build the measurement and let it hear of every event and every print."""
    prints = PrintSums(feed.market.tapes)
    quality = ExecutionQuality(
        QualityParts(
            clock=feed.clock,
            reactor=reactor,
            orders=orders,
            quotes=feed.market.quotes,
            contracts=feed.contracts,
            streams=streams,
            prints=prints,
            note=order_desk.notes.add,
            post=feed.outgoing.post,
            clock_offset=lambda: feed.presence.clock_offset,
        )
    )
    order_desk.notes.heard = quality.took
    feed.data.printed = prints.add
    return quality
