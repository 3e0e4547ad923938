"""Requests about news: providers, headlines of the past, articles, and headlines as ticks.

Source: tws-wire.md 2.4 (84, 85, 86) and 2.5 (83, 84, 85, 86, 87).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from workstation.simgateway.client import Client
from workstation.simgateway.codec_text import BadFieldError, Fields
from workstation.simgateway.instruments import BY_CON_ID
from workstation.simgateway.messages import Message, rows
from workstation.simgateway.news_feed import DEFAULT, PROVIDERS, Headline
from workstation.simgateway.order_checks import invalid

MOST_HEADLINES = 300
FIRST_TICKS = 3
"""Headlines sent at once to a new subscription."""

_CHECK_SECONDS = 1.0
_TIME_FORMS = ("%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S", "%Y%m%d %H:%M:%S", "%Y%m%d-%H:%M:%S")


def news_providers(client: Client, fields: Fields) -> None:
    """Answer reqNewsProviders (85)."""
    del fields
    client.write(rows([85], PROVIDERS.items()))


def historical_news(client: Client, fields: Fields) -> None:
    """Answer reqHistoricalNews (86): the newest headlines of a span of time, newest first."""
    req_id, con_id = fields.integer(), fields.integer()
    named = tuple(part for part in fields.text().replace(",", "+").split("+") if part)
    start, end, total = _time(fields.text()), _time(fields.text()), fields.integer()
    instrument = BY_CON_ID.get(con_id)
    if instrument is None:
        refusal = invalid("Invalid contract id")
        client.error(req_id, refusal.code, refusal.text)
        return
    unknown = [code for code in named if code not in PROVIDERS]
    if unknown:
        refusal = invalid(f"Provider is not allowed: {unknown[0][:20]}")
        client.error(req_id, refusal.code, refusal.text)
        return
    now = int(client.gateway.now())
    until = min(now, end or now)
    found = client.gateway.news.headlines(instrument, named or DEFAULT, start or 0, until)
    limit = min(max(total, 1), MOST_HEADLINES)
    chosen = list(islice(found, limit + 1))
    for headline in chosen[:limit]:
        time = datetime.fromtimestamp(headline.time, UTC)
        client.write(
            [
                86,
                req_id,
                f"{time:%Y-%m-%d %H:%M:%S}.0",
                headline.provider,
                headline.article_id,
                headline.text,
            ]
        )
    client.write([87, req_id, len(chosen) > limit])


def _time(text: str) -> int | None:
    """Return a moment in seconds since 1970; the text is UTC."""
    plain = text.strip().removesuffix("Z")
    if not plain or plain == "null":
        return None
    for form in _TIME_FORMS:
        try:
            return int(datetime.strptime(plain, form).replace(tzinfo=UTC).timestamp())
        except ValueError:
            continue
    raise BadFieldError(f"not a time: {plain[:40]!r}")


def news_article(client: Client, fields: Fields) -> None:
    """Answer reqNewsArticle (84)."""
    req_id, provider, article_id = fields.integer(), fields.text(), fields.text()
    symbol = article_id.rpartition("-")[2]
    instruments = BY_CON_ID.named(symbol)
    now = int(client.gateway.now())
    text = client.gateway.news.article(instruments, provider, article_id, now)
    if text is None:
        client.error(req_id, 10172, "Failed to request news article:No data available")
    else:
        client.write([83, req_id, 0, text])  # 0: plain text or HTML


@dataclass(slots=True)
class NewsStream:
    """Headlines of one market-data line that asked for generic tick 292."""

    req_id: int
    con_id: int
    providers: tuple[str, ...]
    checked: int = 0
    """Moment up to which headlines have been sent, in seconds since 1970."""

    checked_at: float = float("-inf")

    def publish(self, client: Client, now: float) -> None:
        """Send the headlines that came since the last time."""
        if now - self.checked_at < _CHECK_SECONDS:
            return
        self.checked_at = now
        moment = int(client.gateway.now())
        instrument = BY_CON_ID[self.con_id]
        found = client.gateway.news.headlines(instrument, self.providers, self.checked, moment)
        new = list(islice(found, MOST_HEADLINES if self.checked else FIRST_TICKS))
        self.checked = moment
        for headline in reversed(new):
            client.write(self._tick(headline))

    def _tick(self, headline: Headline) -> Message:
        return [
            84,
            self.req_id,
            headline.time * 1000,
            headline.provider,
            headline.article_id,
            headline.text,
            "",
        ]


def subscribe_news(client: Client, req_id: int, con_id: int, generic_ticks: str) -> None:
    """Begin a news stream if a list of generic ticks asks for one: 292, or 292:CODE+CODE."""
    for part in generic_ticks.split(","):
        number, _, codes = part.strip().partition(":")
        if number == "292":
            named = tuple(code for code in codes.split("+") if code in PROVIDERS)
            stream = NewsStream(req_id, con_id, named or DEFAULT)
            client.streams["news", req_id] = stream
            stream.publish(client, client.gateway.clock.monotonic())


# ---- bulletins ---------------------------------------------------------------------------


@dataclass(slots=True)
class BulletinStream:
    """The subscription to bulletins; checked is the moment up to which they have been sent."""

    checked: int
    checked_at: float = float("-inf")

    def publish(self, client: Client, now: float) -> None:
        """Send the bulletins that came since the last time."""
        if now - self.checked_at < _CHECK_SECONDS:
            return
        self.checked_at = now
        moment = int(client.gateway.now())
        for one in client.gateway.news.bulletins(self.checked, moment):
            client.write([14, 1, one.number, one.kind, one.text, one.exchange])
        self.checked = max(self.checked, moment)


def bulletins(client: Client, fields: Fields) -> None:
    """Answer reqNewsBulletins (12): those of the day if asked, then each as it comes."""
    fields.skip()
    now = int(client.gateway.now())
    local = client.gateway.local_time(now)
    since_midnight = local.hour * 3600 + local.minute * 60 + local.second
    stream = BulletinStream(now - since_midnight if fields.flag() else now)
    client.streams["bulletins", 0] = stream
    stream.publish(client, client.gateway.clock.monotonic())


def cancel_bulletins(client: Client, fields: Fields) -> None:
    """Answer cancelNewsBulletins (13)."""
    del fields
    client.streams.pop(("bulletins", 0), None)


HANDLERS = {
    12: bulletins,
    13: cancel_bulletins,
    84: news_article,
    85: news_providers,
    86: historical_news,
}
