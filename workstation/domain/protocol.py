"""Which versions of the broker's protocol this program speaks."""

LOWEST_SERVER_VERSION = 157
"""Lower ones lack what is needed. Source: tws-wire.md 2.2."""

HIGHEST_SERVER_VERSION = 226
"""The highest that the client library knows; a test holds the two equal. It is what is offered."""
