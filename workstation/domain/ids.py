"""Identifiers, each a type of its own, so that one cannot be passed for another."""

from typing import NewType

ConId = NewType("ConId", int)
"""The broker's number of one contract. Source: contractData, field conId."""

ReqId = NewType("ReqId", int)
"""Our number of one request; never meets an order id (one integer space at the broker)."""

OrderId = NewType("OrderId", int)
"""Number of an order within one client id; 0 or negative for orders of others."""

PermId = NewType("PermId", int)
"""The broker's account-wide number of an order, 64 bit; unknown until acknowledged."""

ExecId = NewType("ExecId", str)
"""The broker's name of one execution report; the digits after the last dot are its revision."""

ClientId = NewType("ClientId", int)
"""Number under which an API client signs in, 0 to 2**31-1."""

AccountId = NewType("AccountId", str)
"""Account name as the broker writes it; simulated ones start with SIM."""

IntentId = NewType("IntentId", str)
"""Names one wish of the user; the same wish sent twice is one order (R17)."""

OrderRef = NewType("OrderRef", str)
"""Our mark on an order at the broker, unique per attempt. Source: Order.orderRef."""

OrderKey = NewType("OrderKey", str)
"""Names one order inside the program, whoever placed it; opaque, stable across restarts."""

FamilyId = NewType("FamilyId", str)
"""Names several orders that were one wish: a basket, a ladder, a scaling of a position."""

RuleId = NewType("RuleId", str)
"""Names one rule that this program watches; the same wish for a rule twice is one rule."""
