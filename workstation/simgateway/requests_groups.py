"""Display groups: windows of one colour that show the same contract.

Source: tws-wire.md 2.4 (67-70) and 2.5 (67, 68).
"""

from dataclasses import dataclass

from workstation.simgateway.client import Client
from workstation.simgateway.codec_text import Fields
from workstation.simgateway.order_checks import invalid

GROUPS = (1, 2, 3, 4, 5, 6, 7)
"""Numbers of the groups."""

_MOST_TEXT = 60


@dataclass(slots=True)
class GroupStream:
    """One subscription to a group; shown is what its client was told last."""

    req_id: int
    group: int
    shown: str | None = None

    def publish(self, client: Client, now: float) -> None:
        """Tell what the group shows if that has changed."""
        del now
        contract = client.gateway.display_groups.get(self.group, "none")
        if contract != self.shown:
            self.shown = contract
            client.write([68, 1, self.req_id, contract])


def query(client: Client, fields: Fields) -> None:
    """Answer queryDisplayGroups (67)."""
    fields.skip()
    client.write([67, 1, fields.integer(), "|".join(map(str, GROUPS))])


def subscribe(client: Client, fields: Fields) -> None:
    """Answer subscribeToGroupEvents (68) with what the group shows, now and whenever it changes."""
    fields.skip()
    req_id, group = fields.integer(), fields.integer()
    if group not in GROUPS:
        _refuse(client, req_id, "Invalid display group")
        return
    stream = GroupStream(req_id, group)
    client.streams["group", req_id] = stream
    stream.publish(client, 0.0)


def update(client: Client, fields: Fields) -> None:
    """Take updateDisplayGroup (69): "conId@exchange", "none" or "combo"."""
    fields.skip()
    req_id, contract = fields.integer(), fields.text().strip()
    stream = client.streams.get(("group", req_id))
    if not isinstance(stream, GroupStream):
        _refuse(client, req_id, "Not subscribed to a display group")
        return
    number, _, exchange = contract.partition("@")
    is_contract = number.isdecimal() and bool(exchange)
    if len(contract) > _MOST_TEXT or not (is_contract or contract in {"none", "combo"}):
        _refuse(client, req_id, "Invalid contract of a display group")
        return
    client.gateway.display_groups[stream.group] = contract
    stream.publish(client, 0.0)


def unsubscribe(client: Client, fields: Fields) -> None:
    """Answer unsubscribeFromGroupEvents (70)."""
    fields.skip()
    req_id = fields.integer()
    if client.streams.pop(("group", req_id), None) is None:
        _refuse(client, req_id, "Not subscribed to a display group")


def _refuse(client: Client, req_id: int, cause: str) -> None:
    refusal = invalid(cause)
    client.error(req_id, refusal.code, refusal.text)


HANDLERS = {67: query, 68: subscribe, 69: update, 70: unsubscribe}
