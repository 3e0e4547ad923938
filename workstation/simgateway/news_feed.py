"""Headlines and articles about the demonstration stocks, generated from the seed.

Every text says that it is simulated. A third provider carries hostile HTML: what a reader
shows of it must do nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from random import Random

from workstation.simgateway.instruments import Instrument
from workstation.simgateway.venues import VENUES

BRIEFING, WIRE, HOSTILE = "SIMB", "SIMW", "SIMX"
PROVIDERS = {
    BRIEFING: "Simulated Briefing",
    WIRE: "Simulated Wire",
    HOSTILE: "Hostile test wire",
}
DEFAULT = (BRIEFING, WIRE)
"""Providers of a request that names none."""

SLOT_SECONDS = 300
_SURGE = "s"
"""Begins the number of a surge's article."""

BULLETIN_SECONDS = 3600
"""There is one bulletin in each such time."""

_FIRST_POSTED = 1_000_000_000
OLDEST_DAYS = 30
"""How far back there are headlines."""

_CHANCE = {BRIEFING: 0.10, WIRE: 0.08}
RARELY, OFTEN = 0.002, 0.05
"""How likely the hostile wire says something in a slot: by itself, and where it is wanted."""

_SUBJECTS = (
    ("tops quarterly estimates; keeps its outlook for the year", "earnings"),
    ("misses on revenue, shares lower in late trading", "earnings"),
    ("raised to overweight; price target lifted", "ratings"),
    ("cut to neutral on valuation", "ratings"),
    ("to present at an investor conference next week", "calls"),
    ("extends supply agreement by three years", "supplies"),
    ("names new chief financial officer", "management"),
    ("board approves larger share buyback", "buybacks"),
    ("says shipments are in line with its forecast", "shipments"),
    ("unusual option volume seen in near-dated calls", "options"),
    ("sets date for quarterly results", "earnings"),
    ("opens second plant ahead of schedule", "plants"),
)
_SPIKE_SUBJECTS = (
    ("said to be in takeover talks, sources say", "takeover talks"),
    ("shares jump after report of takeover interest", "takeover talks"),
    ("confirms it has received an approach; no certainty of an offer", "the approach"),
    ("bidder weighs offer at a premium of a fifth, report says", "the offer"),
    ("trading volume is many times the usual; options active", "volume"),
    ("analysts see further upside if an offer comes", "ratings"),
    ("declines to comment on market rumours", "rumours"),
    ("peers gain as investors look for the next target", "the sector"),
)
_TOPICS = (*_SUBJECTS, *_SPIKE_SUBJECTS)
_SENTENCES = (
    "The company did not comment beyond its statement.",
    "The shares had moved little in the sessions before.",
    "Volume was somewhat above the average of the past month.",
    "Analysts had been divided before the announcement.",
    "Further details are expected with the next quarterly report.",
    "This text is part of a simulation; its figures mean nothing.",
)
_HOSTILE_BODIES = (
    '<p>Script</p><script>document.title="owned"</script><p>end</p>',
    '<p>Image</p><img src="http://127.0.0.1:9/pixel.gif" onerror="alert(1)" width="1">',
    '<p onmouseover="alert(2)">Handler</p><body onload="alert(3)"><div style="position:fixed">x</div>',
    (
        '<p><a href="javascript:alert(4)">script link</a> <a href="file:///etc/passwd">file link</a></p>'
        '<a href="data:text/html,<script>alert(5)</script>">data link</a>'
    ),
    '<iframe src="file:///etc/hosts"></iframe><object data="x"></object><embed src="x">',
    (
        "<style>@import url(http://127.0.0.1:9/a.css);</style><svg/onload=alert(6)>"
        '<math><mtext></form><form><mglyph><style></math><img src onerror="alert(7)">'
    ),
    "<p>" + "<b>" * 400 + "deep &#8238;reversed &#0; &lt;script&gt;</p>",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """One headline; time in seconds since 1970."""

    time: int
    provider: str
    article_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """One bulletin of the exchange; time in seconds since 1970."""

    number: int
    time: int
    kind: int
    """1 for a regular one, 2 when an exchange is not available, 3 when it is again."""

    text: str
    exchange: str


@dataclass(frozen=True, slots=True)
class Surge:
    """Many headlines about one stock in a short time, evenly spread."""

    symbol: str
    begins: int
    """Seconds since 1970."""

    count: int
    seconds: int


class NewsFeed:
    """What each provider has said, the same whenever it is asked.

    hostile is how likely the hostile wire says something in a slot.
    """

    def __init__(self, seed: int, hostile: float = RARELY) -> None:
        self._seed = seed
        self._chance = {**_CHANCE, HOSTILE: hostile}
        self._surges: list[Surge] = []
        self._posted: list[Bulletin] = []

    def add(self, surge: Surge) -> None:
        """Let a surge of headlines begin."""
        self._surges.append(surge)

    def headlines(
        self, instrument: Instrument, providers: Sequence[str], since: int, until: int
    ) -> Iterator[Headline]:
        """Yield the headlines after since and up to until, the newest first."""
        oldest = max(since, until - OLDEST_DAYS * 86_400)
        for slot in range(until // SLOT_SECONDS, oldest // SLOT_SECONDS - 1, -1):
            found = [self._headline(instrument, provider, slot) for provider in providers]
            found += self._surging(instrument, providers, slot)
            yield from sorted(
                (one for one in found if one and oldest < one.time <= until),
                key=lambda one: -one.time,
            )

    def article(
        self, instruments: Sequence[Instrument], provider: str, article_id: str, now: int
    ) -> str | None:
        """Return an article's text, or None when there is no such article yet."""
        name, _, rest = article_id.partition("$")
        number, _, symbol = rest.partition("-")
        if number.startswith(_SURGE):
            return self._article_of_surge(instruments, provider, article_id, now)
        try:
            slot = int(number, 16)
        except ValueError:
            return None
        for instrument in instruments:
            if instrument.symbol == symbol and name == provider and provider in PROVIDERS:
                headline = self._headline(instrument, provider, slot)
                known = headline is not None and headline.article_id == article_id
                if known and headline is not None and headline.time <= now:
                    return self._body(instrument, headline, slot)
        return None

    def post(self, text: str, time: int) -> None:
        """Publish a bulletin at a moment, in seconds since 1970."""
        number = _FIRST_POSTED + len(self._posted)
        one = Bulletin(number=number, time=time, kind=1, text=text, exchange="")
        self._posted.append(one)

    def bulletins(self, since: int, until: int) -> Iterator[Bulletin]:
        """Yield the bulletins after since and up to until, the oldest first.

        Every second one about an exchange takes back the one before it.
        """
        yield from (one for one in self._posted if since < one.time <= until)
        for slot in range(since // BULLETIN_SECONDS, until // BULLETIN_SECONDS + 1):
            random = Random(f"{self._seed}:bulletin:{slot // 2}")  # noqa: S311 not a secret
            exchange, kind = random.choice(VENUES), random.choice((1, 2))
            time = slot * BULLETIN_SECONDS + random.randrange(BULLETIN_SECONDS)
            if not since < time <= until:
                continue
            text = f"Simulated: {exchange} tests its systems; nothing is expected to change."
            if kind == 2:
                kind = 3 if slot % 2 else 2
                state = "trades again" if kind == 3 else "is not available for the moment"
                text = f"Simulated: {exchange} {state}."
            yield Bulletin(number=slot, time=time, kind=kind, text=text, exchange=exchange)

    def _headline(self, instrument: Instrument, provider: str, slot: int) -> Headline | None:
        random = self._random(instrument, provider, slot)
        if random.random() >= self._chance[provider]:
            return None
        time = slot * SLOT_SECONDS + random.randrange(SLOT_SECONDS)
        subject = random.choice(_SUBJECTS)[0]
        text = f"Simulated: {instrument.symbol} {subject}"
        if provider == HOSTILE:
            text = f"Hostile test: {instrument.symbol} <b onclick=alert(8)>{subject}</b>"
        article_id = f"{provider}${slot:x}-{instrument.symbol}"
        return Headline(time=time, provider=provider, article_id=article_id, text=text)

    def _surging(
        self, instrument: Instrument, providers: Sequence[str], slot: int
    ) -> Iterator[Headline]:
        """Yield what surges say about a stock in a slot."""
        for surge in self._surges:
            for number in range(surge.count if surge.symbol == instrument.symbol else 0):
                time = surge.begins + number * surge.seconds // surge.count
                provider = (BRIEFING, WIRE)[number % 2]
                if time // SLOT_SECONDS == slot and provider in providers:
                    subject = _SPIKE_SUBJECTS[number % len(_SPIKE_SUBJECTS)][0]
                    article_id = f"{provider}${_SURGE}{surge.begins:x}.{number}-{surge.symbol}"
                    text = f"Simulated: {instrument.symbol} {subject}"
                    yield Headline(time=time, provider=provider, article_id=article_id, text=text)

    def _article_of_surge(
        self, instruments: Sequence[Instrument], provider: str, article_id: str, now: int
    ) -> str | None:
        for instrument in instruments:
            for surge in self._surges:
                first, last = (t // SLOT_SECONDS for t in (surge.begins, now))
                for slot in range(first, last + 1):
                    for one in self._surging(instrument, (provider,), slot):
                        if one.article_id == article_id and one.time <= now:
                            return self._body(instrument, one, one.time)
        return None

    def _body(self, instrument: Instrument, headline: Headline, slot: int) -> str:
        if headline.provider == HOSTILE:
            return _HOSTILE_BODIES[slot % len(_HOSTILE_BODIES)]
        random = self._random(instrument, f"{headline.provider} body", slot)
        name = instrument.long_name.title()
        topic = next(word for subject, word in _TOPICS if headline.text.endswith(subject))
        sentences = random.sample(_SENTENCES, 3)
        opening = f"Simulated news about {name} and {topic}."
        if headline.provider == WIRE:
            return "\n\n".join([headline.text, opening, *sentences])
        items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
        return (
            f"<h1>{escape(headline.text)}</h1><p>{escape(opening)}</p><ul>{items}</ul>"
            '<p>More at <a href="https://example.com/simulated">a page that is not there</a>.</p>'
        )

    def _random(self, instrument: Instrument, kind: str, slot: int) -> Random:
        return Random(f"{self._seed}:{instrument.symbol}:{kind}:{slot}")  # noqa: S311 not a secret
