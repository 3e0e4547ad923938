"""News: who provides it, headlines, articles. All text in it is untrusted."""

from dataclasses import dataclass
from datetime import datetime

from workstation.domain.ids import ConId


@dataclass(frozen=True, slots=True)
class NewsProvider:
    """A source of news that the account may read. Source: newsProviders."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Headline:
    """One headline about a contract. `time` is aware UTC. Source: historicalNews, tickNews."""

    con_id: ConId
    time: datetime
    provider: str
    article_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Article:
    """The body of a headline; `is_html` tells how it is written. Source: newsArticle."""

    provider: str
    article_id: str
    text: str
    is_html: bool
