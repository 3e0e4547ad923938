"""Which prices of the past a contract has, and why it lacks the others."""

from workstation.domain.bar import Show

LABELS = {
    Show.TRADES: "Trades",
    Show.MIDPOINT: "Midpoint of bid and ask",
    Show.BID: "Bid",
    Show.ASK: "Ask",
    Show.ADJUSTED_LAST: "Trades, adjusted for dividends",
    Show.IMPLIED_VOLATILITY: "Implied volatility of its options",
    Show.HISTORICAL_VOLATILITY: "Historical volatility, 30 days",
}
SHORT = {
    Show.TRADES: "",
    Show.MIDPOINT: "mid",
    Show.BID: "bid",
    Show.ASK: "ask",
    Show.ADJUSTED_LAST: "adjusted",
    Show.IMPLIED_VOLATILITY: "IV",
    Show.HISTORICAL_VOLATILITY: "HV",
}
_QUOTES = (Show.MIDPOINT, Show.BID, Show.ASK)
_OFFERED = {
    "STK": tuple(LABELS),
    "IND": (Show.TRADES, Show.IMPLIED_VOLATILITY, Show.HISTORICAL_VOLATILITY),
    "CASH": _QUOTES,
    "CFD": _QUOTES,
    "CMDTY": _QUOTES,
    "CRYPTO": (Show.TRADES, *_QUOTES),
    "CONTFUT": (Show.TRADES, *_QUOTES),
}
_OTHERS = (Show.TRADES, *_QUOTES)
_KINDS = {
    "IND": "an index",
    "CASH": "a currency pair",
    "CFD": "a CFD",
    "CMDTY": "a commodity",
    "CRYPTO": "a coin",
    "FUT": "a future",
    "CONTFUT": "a continuous future",
    "OPT": "an option",
    "FOP": "an option on a future",
    "BOND": "a bond",
    "BAG": "a combination",
    "WAR": "a warrant",
    "FUND": "a fund",
}
_REASONS = {
    Show.TRADES: "no trades are reported for {kind}",
    Show.ADJUSTED_LAST: "{kind} pays no dividends to adjust for",
    Show.IMPLIED_VOLATILITY: "the broker has it for shares and indices only",
    Show.HISTORICAL_VOLATILITY: "the broker has it for shares and indices only",
}


def why_not(show: Show, sec_type: str) -> str:
    """Return why a contract of this kind lacks these prices, "" where it has them."""
    if show in _OFFERED.get(sec_type, _OTHERS):
        return ""
    kind = _KINDS.get(sec_type, "such a contract")
    return _REASONS.get(show, "{kind} has no bid and ask of its own").format(kind=kind)


def shown_for(show: Show, sec_type: str) -> Show:
    """Return these prices where the contract has them, else the first that it has."""
    return _OFFERED.get(sec_type, _OTHERS)[0] if why_not(show, sec_type) else show


def is_price(show: Show) -> bool:
    """Tell whether values are prices of the contract."""
    return show not in {Show.IMPLIED_VOLATILITY, Show.HISTORICAL_VOLATILITY}
