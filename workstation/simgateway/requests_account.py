"""Requests about the account: summary, values, positions, profit and loss."""

from dataclasses import dataclass

from workstation.simgateway import messages
from workstation.simgateway.account_values import account_values, known_tag
from workstation.simgateway.accounts import ACCOUNT
from workstation.simgateway.client import ACCOUNT_SECONDS, NEVER, Client, Summary
from workstation.simgateway.codec_text import Fields
from workstation.simgateway.order_checks import invalid

MAX_SUMMARIES = 2


def managed_accounts(client: Client, fields: Fields) -> None:
    """Answer reqManagedAccts (17)."""
    del fields
    client.write([15, 1, ",".join(client.gateway.accounts)])


def family_codes(client: Client, fields: Fields) -> None:
    """Answer reqFamilyCodes (80)."""
    del fields
    client.write(messages.rows([78], [(name, "") for name in client.gateway.accounts]))


def user_info(client: Client, fields: Fields) -> None:
    """Answer reqUserInfo (104)."""
    client.write([107, fields.integer(), ""])


def account_summary(client: Client, fields: Fields) -> None:
    """Answer reqAccountSummary (62)."""
    fields.skip()
    req_id = fields.integer()
    group = fields.text()
    tags = tuple(tag.strip() for tag in fields.text().split(",") if tag.strip())
    unknown = [tag for tag in tags if not known_tag(tag)]
    accounts = tuple(client.gateway.accounts)
    if group not in {"All", *accounts}:
        refusal = invalid("Unified group is unspecified.")
        client.error(req_id, refusal.code, refusal.text)
    elif unknown or not tags:
        refusal = invalid(f"Unknown account summary tags: {','.join(unknown)}")
        client.error(req_id, refusal.code, refusal.text)
    elif req_id not in client.summaries and len(client.summaries) >= MAX_SUMMARIES:
        text = (
            "Error processing request.-'bU' : cause - "
            "Maximum number of account summary requests exceeded"
        )
        client.error(req_id, 322, text)
    else:
        chosen = accounts if group == "All" else (group,)
        summary = Summary(tags, client.gateway.clock.monotonic(), chosen)
        client.summaries[req_id] = summary
        client.send_summary(req_id, summary)


def cancel_account_summary(client: Client, fields: Fields) -> None:
    """Take cancelAccountSummary (63)."""
    fields.skip()
    client.summaries.pop(fields.integer(), None)


def account_updates(client: Client, fields: Fields) -> None:
    """Answer reqAccountUpdates (6)."""
    fields.skip()
    subscribe, account = fields.flag(), fields.text()
    if _wrong_account(client, -1, account):
        return
    client.account_stream = _named(account) if subscribe else ""
    if subscribe:
        client.send_account(client.gateway.clock.monotonic())


@dataclass(slots=True)
class ValuesStream:
    """One account-updates-multi subscription."""

    req_id: int
    account: str
    sent_at: float = NEVER

    def publish(self, client: Client, now: float) -> None:
        """Send every value again once it is time."""
        if now - self.sent_at < ACCOUNT_SECONDS:
            return
        self.sent_at = now
        balances = client.gateway.balances(self.account)
        for key, value, currency in account_values(self.account, balances):
            client.write([73, 1, self.req_id, self.account, "", key, value, currency])


def account_updates_multi(client: Client, fields: Fields) -> None:
    """Answer reqAccountUpdatesMulti (76)."""
    fields.skip()
    req_id, account = fields.integer(), fields.text()
    if _wrong_account(client, req_id, account):
        return
    stream = ValuesStream(req_id, _named(account))
    client.streams["account", req_id] = stream
    stream.publish(client, client.gateway.clock.monotonic())
    client.write([74, 1, req_id])


def positions(client: Client, fields: Fields) -> None:
    """Answer reqPositions (61)."""
    del fields
    _send_positions(client, None, tuple(client.gateway.accounts))
    client.write([62, 1])


def cancel_positions(client: Client, fields: Fields) -> None:
    """Take cancelPositions (64)."""
    del fields
    client.position_streams.pop(None, None)


def positions_multi(client: Client, fields: Fields) -> None:
    """Answer reqPositionsMulti (74)."""
    fields.skip()
    req_id, account = fields.integer(), fields.text()
    if _wrong_account(client, req_id, account):
        return
    _send_positions(client, req_id, (_named(account),))
    client.write([72, 1, req_id])


def cancel_positions_multi(client: Client, fields: Fields) -> None:
    """Take cancelPositionsMulti (75)."""
    fields.skip()
    client.position_streams.pop(fields.integer(), None)


def _send_positions(client: Client, req_id: int | None, accounts: tuple[str, ...]) -> None:
    client.position_streams[req_id] = accounts
    for account in accounts:
        for con_id, held in sorted(client.gateway.accounts[account].positions.items()):
            if held.quantity:
                client.send_position(req_id, account, con_id)


def pnl(client: Client, fields: Fields) -> None:
    """Answer reqPnL (92)."""
    req_id, account = fields.integer(), fields.text()
    if not _wrong_account(client, req_id, account):
        client.pnl[req_id] = _named(account)
        client.send_pnl(req_id)


def cancel_pnl(client: Client, fields: Fields) -> None:
    """Take cancelPnL (93)."""
    client.pnl.pop(fields.integer(), None)


def pnl_single(client: Client, fields: Fields) -> None:
    """Answer reqPnLSingle (94)."""
    req_id, account = fields.integer(), fields.text()
    fields.skip()  # model code
    con_id = fields.integer()
    if _wrong_account(client, req_id, account):
        return
    if con_id not in client.gateway.markets:
        refusal = invalid("Invalid contract id")
        client.error(req_id, refusal.code, refusal.text)
        return
    client.pnl_single[req_id] = (_named(account), con_id)
    client.send_pnl_single(req_id)


def cancel_pnl_single(client: Client, fields: Fields) -> None:
    """Take cancelPnLSingle (95)."""
    client.pnl_single.pop(fields.integer(), None)


def cancel_account_updates_multi(client: Client, fields: Fields) -> None:
    """Take cancelAccountUpdatesMulti (77)."""
    fields.skip()
    client.streams.pop(("account", fields.integer()), None)


def _named(account: str) -> str:
    """Return the account a request means."""
    return account or ACCOUNT


def _wrong_account(client: Client, req_id: int, account: str) -> bool:
    if account in {"", *client.gateway.accounts}:
        return False
    refusal = invalid("Invalid account code")
    client.error(req_id, refusal.code, refusal.text)
    return True


HANDLERS = {
    6: account_updates,
    17: managed_accounts,
    61: positions,
    62: account_summary,
    63: cancel_account_summary,
    64: cancel_positions,
    74: positions_multi,
    75: cancel_positions_multi,
    76: account_updates_multi,
    77: cancel_account_updates_multi,
    80: family_codes,
    92: pnl,
    93: cancel_pnl,
    94: pnl_single,
    95: cancel_pnl_single,
    104: user_info,
}
