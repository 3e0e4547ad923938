"""A scripted broker with a busy day: what a full account and a hundred live symbols send.

python -m tests.benchmarks.crowded_broker

Server version 226, protobuf. It prints its port, takes one client, and plays 500 positions, 180
orders of another client, and 20,000 market messages a second for the contracts the client has
asked for, once that are a hundred. Orders are acknowledged at once and never fill; cancels are
confirmed. It ends with the connection.
"""

import contextlib
import importlib
import random
import socket
import struct
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.benchmarks.core_load import MIX, PER_SECOND, ProtoBodies, plain
from tests.benchmarks.ingest import fields, framed, read_frame

VERSION = 226
SYMBOLS, POSITIONS, WORKING = 100, 500, 180
FIRST_CON_ID = 1000
ACCOUNT = "SIM0000001"
OTHER_CLIENT = 3
AHEAD = 5 * PER_SECOND
"""So many messages are spelled beforehand: who plays them leaves the processors to who takes them."""
SUMMARY = {
    "NetLiquidation": "100000000",
    "TotalCashValue": "100000000",
    "AvailableFunds": "90000000",
    "BuyingPower": "360000000",
    "ExcessLiquidity": "90000000",
    "GrossPositionValue": "5000000",
    "EquityWithLoanValue": "100000000",
    "InitMarginReq": "1000000",
    "MaintMarginReq": "1000000",
}
TODAY = datetime.now(UTC).date()
DAYS = [(TODAY + timedelta(days=each)).strftime("%Y%m%d") for each in range(-1, 6)]
HOURS = ";".join(f"{day}:0000-{day}:2359" for day in DAYS)


def classes(*names: str) -> dict[str, Any]:
    """Return message classes of the broker's own schema."""
    found = {name: importlib.import_module(f"ibapi.protobuf.{name}_pb2") for name in names}
    return {name: getattr(module, name) for name, module in found.items()}


class Broker:
    """One connection."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._out: list[bytes] = []
        self._waiting = b""
        self._lines: list[int] = []
        self._day: list[bytes] = []
        self._made = classes(
            "AccountSummary", "AccountSummaryRequest", "CancelOrderRequest", "Contract",
            "ContractData", "ContractDataEnd", "ContractDataRequest", "ExecutionRequest",
            "MarketDataRequest", "OpenOrder", "OrderStatus", "PlaceOrderRequest", "Position",
        )  # fmt: skip
        self._bodies = ProtoBodies()
        self._chance = random.Random(1)
        self._answers: dict[int, Callable[[bytes], None]] = {
            1: self._stream,
            3: self._place,
            4: self._cancel,
            7: self._no_executions,
            9: self._contract,
            16: self._open_orders,
            61: self._positions,
            62: self._summary,
        }
        self._plain_ends = {5: (53, 1), 99: (102,)}

    # ---- what it is asked ------------------------------------------------------------------

    def take(self) -> None:
        """Answer what has come; raises ConnectionError at the end."""
        try:
            received = self._sock.recv(65536, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        if not received:
            raise ConnectionResetError
        self._waiting += received
        while len(self._waiting) >= 4:
            end = 4 + int.from_bytes(self._waiting[:4], "big")
            if len(self._waiting) < end:
                break
            body, self._waiting = self._waiting[4:end], self._waiting[end:]
            self._answer(int.from_bytes(body[:4], "big"), body[4:])
        self.flush()

    def _answer(self, number: int, body: bytes) -> None:
        if number > 200:
            number -= 200
        if number == 49:
            self._out.append(plain(VERSION, 49, 1, int(time.time())))
        elif number in self._answers:
            self._answers[number](body)
        elif number in self._plain_ends:
            self._out.append(plain(VERSION, *self._plain_ends[number]))

    def say(self, number: int, message: Any) -> None:
        self._out.append(framed(struct.pack("!I", number + 200) + message.SerializeToString()))

    def flush(self) -> None:
        if self._out:
            self._sock.sendall(b"".join(self._out))
            self._out.clear()

    def _contract_of(self, con_id: int) -> Any:
        return self._made["Contract"](
            conId=con_id, symbol=f"S{con_id}", secType="STK", exchange="SMART",
            primaryExch="NASDAQ", currency="USD", localSymbol=f"S{con_id}", tradingClass="NMS",
        )  # fmt: skip

    def _contract(self, body: bytes) -> None:
        request = self._made["ContractDataRequest"].FromString(body)
        con_id = request.contract.conId
        answer = self._made["ContractData"](reqId=request.reqId)
        answer.contract.CopyFrom(self._contract_of(con_id))
        details = answer.contractDetails
        details.minTick, details.orderTypes, details.validExchanges = "0.01", "LMT,MKT", "SMART"
        details.timeZoneId, details.priceMagnifier = "UTC", 1
        details.tradingHours = details.liquidHours = HOURS
        details.minSize = details.sizeIncrement = details.suggestedSizeIncrement = "1"
        self.say(10, answer)
        self.say(52, self._made["ContractDataEnd"](reqId=request.reqId))

    def _positions(self, _body: bytes) -> None:
        for number in range(POSITIONS):
            row = self._made["Position"](account=ACCOUNT, avgCost=100.0)
            row.position = "100" if number % 2 else "-100"
            row.contract.CopyFrom(self._contract_of(FIRST_CON_ID + number))
            self.say(61, row)
        self._out.append(plain(VERSION, 62, 1))

    def _open_orders(self, _body: bytes) -> None:
        for number in range(WORKING):
            buys = number % 2
            row = self._made["OpenOrder"](orderId=50_000 + number)
            row.contract.CopyFrom(self._contract_of(FIRST_CON_ID + number // 2))
            order = row.order
            order.clientId, order.permId, order.account = OTHER_CLIENT, 50_000 + number, ACCOUNT
            order.action, order.totalQuantity = ("BUY" if buys else "SELL"), "10"
            order.orderType, order.lmtPrice, order.tif = "LMT", (90.0 if buys else 110.0), "DAY"
            row.orderState.status = "Submitted"
            self.say(5, row)
        self._out.append(plain(VERSION, 53, 1))

    def _no_executions(self, body: bytes) -> None:
        request = self._made["ExecutionRequest"].FromString(body)
        self._out.append(plain(VERSION, 55, 1, request.reqId))

    def _summary(self, body: bytes) -> None:
        request = self._made["AccountSummaryRequest"].FromString(body)
        for tag, value in SUMMARY.items():
            self.say(63, self._made["AccountSummary"](
                reqId=request.reqId, account=ACCOUNT, tag=tag, value=value, currency="USD",
            ))  # fmt: skip
        self._out.append(plain(VERSION, 64, 1, request.reqId))

    def _place(self, body: bytes) -> None:
        request = self._made["PlaceOrderRequest"].FromString(body)
        row = self._made["OpenOrder"](orderId=request.orderId)
        row.contract.CopyFrom(request.contract)
        row.order.CopyFrom(request.order)
        row.order.permId = 1_000_000 + request.orderId
        row.orderState.status = "Submitted"
        self.say(5, row)
        self._status(request.orderId, "Submitted")

    def _cancel(self, body: bytes) -> None:
        self._status(self._made["CancelOrderRequest"].FromString(body).orderId, "Cancelled")

    def _status(self, order_id: int, status: str) -> None:
        self.say(3, self._made["OrderStatus"](
            orderId=order_id, status=status, filled="0", remaining="1", avgFillPrice=0.0,
            permId=1_000_000 + order_id, parentId=0, lastFillPrice=0.0, clientId=9,
        ))  # fmt: skip

    def _stream(self, body: bytes) -> None:
        self._lines.append(self._made["MarketDataRequest"].FromString(body).reqId)
        if len(self._lines) == SYMBOLS:
            self._day = [framed(self._message(number)) for number in range(AHEAD)]

    # ---- what it says unasked --------------------------------------------------------------

    def run(self) -> None:
        """Serve until the client goes."""
        sent, begun = 0, 0.0
        while True:
            now = time.monotonic()
            self.take()
            if len(self._lines) >= SYMBOLS:
                begun = begun or now
                due = int((now - begun) * PER_SECOND)
                self._sock.sendall(b"".join(self._day[n % AHEAD] for n in range(sent, due)))
                sent = due
            time.sleep(max(0.0, now + 0.001 - time.monotonic()))

    def _message(self, number: int) -> bytes:
        kind = "number" if number % 200 == 0 else MIX[number % len(MIX)]
        if kind == "print":
            kind = "price"  # prints want a subscription of their own
        line = self._lines[number // len(MIX) % SYMBOLS]
        tick = (1, 2, 4)[number % 3]
        cents = self._chance.randrange(-20, 20)
        price = {1: 99.50, 2: 100.50, 4: 100.0}[tick] + cents / 100
        return self._bodies(kind, line, price, self._chance.randrange(1, 9000), tick)


def main() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)
        sock, _ = server.accept()
    with sock, contextlib.suppress(ConnectionError):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        read_frame(sock, skip=4)
        sock.sendall(framed(fields(VERSION, "20261120 15:00:00 EST")))
        read_frame(sock)
        sock.sendall(plain(VERSION, 15, 1, ACCOUNT) + plain(VERSION, 9, 1, 1))
        Broker(sock).run()


if __name__ == "__main__":
    main()
