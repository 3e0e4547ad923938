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
BULLETIN_SECONDS = 3600
"""There is one bulletin in each such time."""

OLDEST_DAYS = 30
"""How far back there are headlines."""

_CHANCE = {BRIEFING: 0.10, WIRE: 0.08, HOSTILE: 0.05}

_SUBJECTS = (
    ("says its simulated order desk had a quiet morning", "orders"),
    ("to show an invented product at a fair that does not exist", "products"),
    ("reports imaginary shipments in line with made-up forecasts", "shipments"),
    ("renames its fictional headquarters for the third time this year", "offices"),
    ("denies a rumour that this exercise has just invented", "rumours"),
    ("is the subject of a pretend analyst note; the pretend rating stands", "ratings"),
    ("schedules a make-believe conference call", "calls"),
    ("signs a supply agreement with a company nobody founded", "supplies"),
)
_SENTENCES = (
    "Nobody outside this simulation has been asked for a comment.",
    "The figures were drawn at random and mean nothing.",
    "Traders in the simulated market took no notice, being noise.",
    "The text exists so that a reader has something to show.",
    "A correction may follow, or it may not.",
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


class NewsFeed:
    """What each provider has said, the same whenever it is asked."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def headlines(
        self, instrument: Instrument, providers: Sequence[str], since: int, until: int
    ) -> Iterator[Headline]:
        """Yield the headlines after since and up to until, the newest first."""
        oldest = max(since, until - OLDEST_DAYS * 86_400)
        for slot in range(until // SLOT_SECONDS, oldest // SLOT_SECONDS - 1, -1):
            found = [self._headline(instrument, provider, slot) for provider in providers]
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

    def bulletins(self, since: int, until: int) -> Iterator[Bulletin]:
        """Yield the bulletins after since and up to until, the oldest first.

        Every second one about an exchange takes back the one before it.
        """
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
        if random.random() >= _CHANCE[provider]:
            return None
        time = slot * SLOT_SECONDS + random.randrange(SLOT_SECONDS)
        subject = random.choice(_SUBJECTS)[0]
        text = f"Simulated: {instrument.symbol} {subject}"
        if provider == HOSTILE:
            text = f"Hostile test: {instrument.symbol} <b onclick=alert(8)>{subject}</b>"
        article_id = f"{provider}${slot:x}-{instrument.symbol}"
        return Headline(time=time, provider=provider, article_id=article_id, text=text)

    def _body(self, instrument: Instrument, headline: Headline, slot: int) -> str:
        if headline.provider == HOSTILE:
            return _HOSTILE_BODIES[slot % len(_HOSTILE_BODIES)]
        random = self._random(instrument, f"{headline.provider} body", slot)
        name = instrument.long_name.title()
        topic = next(word for subject, word in _SUBJECTS if headline.text.endswith(subject))
        sentences = random.sample(_SENTENCES, 3)
        opening = f"{name}, or what stands for it here, is in the simulated news about {topic}."
        if headline.provider == WIRE:
            return "\n\n".join([headline.text, opening, *sentences])
        items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
        return (
            f"<h1>{escape(headline.text)}</h1><p>{escape(opening)}</p><ul>{items}</ul>"
            '<p>More at <a href="https://example.com/simulated">a page that is not there</a>.</p>'
        )

    def _random(self, instrument: Instrument, kind: str, slot: int) -> Random:
        return Random(f"{self._seed}:{instrument.symbol}:{kind}:{slot}")  # noqa: S311 not a secret
