"""One place puts the bytes of an order on the wire."""

from collections.abc import Iterator, Sequence

from tests.architecture.sources import Example, Finding, Rule, Source, called, program_nodes

FINAL_GATE = "workstation/oms/final_gate.py"
ENCODERS = ("placeOrder", "placeOrderProtoBuf")


def orders_are_encoded_once(sources: Sequence[Source]) -> Iterator[Finding]:
    """Allow one call of the broker library's placeOrder, inside the broker."""
    seen = 0
    for source, node in program_nodes(sources):
        name = called(node)
        if name.rpartition(".")[2] not in ENCODERS or source.package == "simgateway":
            continue
        seen += 1
        if source.package != "broker" or seen > 1:
            yield Finding(source.path, node.lineno, f"{name}() besides the one in the broker")


def only_the_final_gate_writes_orders(sources: Sequence[Source]) -> Iterator[Finding]:
    for source, node in program_nodes(sources):
        if called(node).endswith(".write_order") and source.path != FINAL_GATE:
            yield Finding(source.path, node.lineno, f"write_order() outside {FINAL_GATE}")


RULES = [
    Rule(
        "one-order-encoder",
        orders_are_encoded_once,
        [
            Example("client.placeOrder(1, contract, order)", "workstation/oms/controller.py"),
            Example("c.placeOrder(1, a, b)\nc.placeOrder(2, a, b)", "workstation/broker/to_ib.py"),
            Example("c.placeOrderProtoBuf(1)", "workstation/ui/ladder.py"),
            Example("c.placeOrder(1, a, b)", "workstation/broker/to_ib.py", is_good=True),
        ],
    ),
    Rule(
        "one-order-writer",
        only_the_final_gate_writes_orders,
        [
            Example("transport.write_order(frame)", "workstation/broker/adapter.py"),
            Example("self._wire.write_order(frame)", FINAL_GATE, is_good=True),
        ],
    ),
]
