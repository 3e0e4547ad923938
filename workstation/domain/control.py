"""What is said on the local control channel: bytes, and a proof that both hold the same key.

The program sends 16 random bytes. The caller answers with an action, an account (may be empty)
and a proof over both; the program answers with a result, a sentence and a proof of its own, so
that no other program on that port can say that something was done.

    request   proof (32) | action (1) | length of account (1) | account
    reply     proof (32) | result (1) | length of sentence (2) | sentence

Numbers are big-endian, texts UTF-8, proofs HMAC-SHA256 with the key of the control file.
Source: orders-and-risk.md 1.4 and 4, localhost service.
"""

import hashlib
import hmac
from enum import IntEnum

NONCE_BYTES = 16
KEY_BYTES = 32
PROOF_BYTES = 32
LONGEST_ACCOUNT = 64
_REQUEST, _REPLY = b"workstation control request 1", b"workstation control reply 1"


class ControlAction(IntEnum):
    """What may be asked for from outside; nothing here can open a position."""

    STOP_ENTRIES = 1
    CANCEL_ALL = 2
    CANCEL_ALL_AND_PROTECTION = 3
    FLATTEN = 4


def write_request(key: bytes, nonce: bytes, action: ControlAction, account: str) -> bytes:
    """Write a request. Raises ValueError for an account that is too long."""
    name = account.encode()
    if len(name) > LONGEST_ACCOUNT:
        raise ValueError("the account's name is too long")
    body = bytes((action, len(name))) + name
    return _proof(key, _REQUEST, nonce, body) + body


def request_size(received: bytes) -> int:
    """Return how many bytes the request has in all, as far as that can be told yet."""
    head = PROOF_BYTES + 2
    return head if len(received) < head else head + received[head - 1]


def read_request(key: bytes, nonce: bytes, data: bytes) -> tuple[ControlAction, str] | None:
    """Read a whole request; None for one that was not written with this key and nonce."""
    proof, body = data[:PROOF_BYTES], data[PROOF_BYTES:]
    if not hmac.compare_digest(proof, _proof(key, _REQUEST, nonce, body)):
        return None
    try:
        return ControlAction(body[0]), body[2:].decode()
    except ValueError:  # an action of a later version, or no text
        return None


def write_reply(key: bytes, nonce: bytes, *, done: bool, sentence: str) -> bytes:
    """Write the answer to a request."""
    text = sentence.encode()[:60_000]
    body = bytes((0 if done else 1,)) + len(text).to_bytes(2, "big") + text
    return _proof(key, _REPLY, nonce, body) + body


def read_reply(key: bytes, nonce: bytes, data: bytes) -> tuple[bool, str] | None:
    """Read a whole reply; None for one that the program with this key did not write."""
    proof, body = data[:PROOF_BYTES], data[PROOF_BYTES:]
    if len(body) < 3 or not hmac.compare_digest(proof, _proof(key, _REPLY, nonce, body)):
        return None
    return body[0] == 0, body[3:].decode("utf-8", "replace")


def _proof(key: bytes, domain: bytes, nonce: bytes, body: bytes) -> bytes:
    return hmac.new(key, domain + nonce + body, hashlib.sha256).digest()
