"""Requests for scans: their parameters and their subscriptions.

Source: tws-wire.md 2.4 (22, 23, 24), 2.5 (19, 20) and 3.1.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from workstation.simgateway.bar_queries import SERVICE
from workstation.simgateway.client import Client
from workstation.simgateway.codec_text import Fields
from workstation.simgateway.instruments import Instrument
from workstation.simgateway.messages import Message, expiry, rows
from workstation.simgateway.order_checks import Refusal
from workstation.simgateway.scanner import LOCATIONS, SCANS, Filters, parameters, scanned

MOST_SCANS = 10
MOST_ROWS = 50
REFRESH_SECONDS = 30.0


@dataclass(slots=True)
class ScanStream:
    """One subscription: the whole list is sent again from time to time."""

    req_id: int
    rows: int
    kind: str
    location: str
    code: str
    filters: Filters
    sent_at: float = float("-inf")

    def publish(self, client: Client, now: float) -> None:
        """Send the list when it is due."""
        if now - self.sent_at < REFRESH_SECONDS:
            return
        self.sent_at = now
        found = scanned(
            client.gateway, self.kind, self.location, self.code, self.filters, self.rows
        )
        items = (_row(rank, one) for rank, one in enumerate(found))
        client.write(rows([20, 3, self.req_id], items))


def _row(rank: int, instrument: Instrument) -> Message:
    """Return one contract of a list, without distance, benchmark, projection and legs."""
    strike = "0" if instrument.strike is None else instrument.strike
    return [
        rank,
        instrument.con_id,
        instrument.symbol,
        instrument.sec_type,
        expiry(instrument),
        strike,
        instrument.right,
        instrument.exchanges[0],
        instrument.currency,
        instrument.local_name,
        instrument.market_name,
        instrument.name_of_class,
        "",
        "",
        "",
        "",
    ]


def scanner_parameters(client: Client, fields: Fields) -> None:
    """Answer reqScannerParameters (24)."""
    del fields
    client.write([19, 1, parameters()])


def scan(client: Client, fields: Fields) -> None:
    """Answer reqScannerSubscription (22)."""
    req_id, count = fields.integer(), fields.integer(MOST_ROWS)
    kind, location, code = fields.text().strip(), fields.text().strip(), fields.text().strip()
    bounds = {
        "priceAbove": fields.decimal(),
        "priceBelow": fields.decimal(),
        "volumeAbove": fields.decimal(),
    }
    fields.skip(14)  # capitalization, ratings, maturity, coupon, options, settings
    fields.skip()  # stock type
    bounds |= _filters(fields.text())
    refusal = _refusal(client, req_id, kind, location, code)
    if refusal is not None:
        client.error(req_id, refusal.code, refusal.text)
        return
    filters = Filters(
        price_above=bounds["priceAbove"],
        price_below=bounds["priceBelow"],
        volume_above=bounds["volumeAbove"],
        change_above=bounds.get("changePercAbove"),
        change_below=bounds.get("changePercBelow"),
    )
    limit = min(count, MOST_ROWS) if count > 0 else MOST_ROWS  # -1: as many as there are
    stream = ScanStream(req_id, limit, kind, location, code, filters)
    client.streams["scan", req_id] = stream
    stream.publish(client, client.gateway.clock.monotonic())


def _refusal(client: Client, req_id: int, kind: str, location: str, code: str) -> Refusal | None:
    if ("scan", req_id) in client.streams:
        return Refusal(102, "Duplicate ticker ID.")
    if client.number_of("scan") >= MOST_SCANS:
        text = "Only 10 simultaneous API scanner subscriptions are allowed."
        return Refusal(322, f"Error processing request.-'bT' : cause - {text}")
    if code not in SCANS:
        return Refusal(162, f"{SERVICE}Scanner type with code {code[:40]} is disabled")
    if kind not in LOCATIONS or location not in LOCATIONS[kind]:
        return Refusal(162, f"{SERVICE}No scanner for {kind[:20]} at {location[:30]}")
    return None


def _filters(text: str) -> dict[str, Decimal | None]:
    """Return the bounds of a text such as priceAbove=5;volumeAbove=1000; as far as numbers."""
    found: dict[str, Decimal | None] = {}
    for part in text.split(";"):
        name, _, value = part.partition("=")
        try:
            number = Decimal(value.strip())
        except InvalidOperation:
            continue
        if number.is_finite():
            found[name.strip()] = number
    return found


def cancel_scan(client: Client, fields: Fields) -> None:
    """Answer cancelScannerSubscription (23)."""
    fields.skip()
    req_id = fields.integer()
    if client.streams.pop(("scan", req_id), None) is None:
        client.error(req_id, 365, f"No scanner subscription found for ticker id:{req_id}")
    else:
        client.error(req_id, 162, f"{SERVICE}API scanner subscription cancelled: {req_id}")


HANDLERS = {22: scan, 23: cancel_scan, 24: scanner_parameters}
