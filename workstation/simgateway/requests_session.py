"""Requests that exist in protobuf alone: late cancels and the gateway's configuration.

Source: tws-wire.md 2.3 (215, 219, 221).
"""

from workstation.simgateway.client import Client
from workstation.simgateway.codec_text import Fields
from workstation.simgateway.order_checks import invalid


def cancel_answered(client: Client, fields: Fields) -> None:
    """Take cancelContractData (106) or cancelHistoricalTicks (107): the answer has gone out."""
    del client, fields


def config(client: Client, fields: Fields) -> None:
    """Answer reqConfig (108) with the settings that mean something here."""
    master = client.gateway.master_client_id
    client.write([110, fields.integer(), False, master, True])


def update_config(client: Client, fields: Fields) -> None:
    """Refuse updateConfig (109): the options of the command line stand."""
    refusal = invalid("The configuration cannot be changed")
    client.error(fields.integer(-1), refusal.code, refusal.text)


HANDLERS = {
    106: cancel_answered,
    107: cancel_answered,
    108: config,
    109: update_config,
}
