"""All rules by their ids, by their contracts, and by how they hang together."""

from collections.abc import Iterator
from datetime import date

from workstation.desk.rule_live import LiveRule
from workstation.domain.ids import ConId, RuleId
from workstation.domain.rule import RuleRecord, RuleState

_GONE = frozenset({RuleState.REMOVED})
_FINISHED = frozenset({RuleState.DONE, RuleState.REFUSED, RuleState.WITHDRAWN})


class RuleBook:
    """Finds rules; a tick of a contract finds those it may concern and no others. Core thread."""

    def __init__(self) -> None:
        self._rules: dict[RuleId, LiveRule] = {}
        self._armed: dict[RuleId, LiveRule] = {}
        self._by_contract: dict[ConId, tuple[LiveRule, ...]] = {}

    def __iter__(self) -> Iterator[LiveRule]:
        """Yield every rule, in the order in which they were made."""
        return iter(tuple(self._rules.values()))

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._rules)

    def get(self, rule_id: RuleId | None) -> LiveRule | None:
        """Return one, or None."""
        return None if rule_id is None else self._rules.get(rule_id)

    def put(self, record: RuleRecord, live: LiveRule | None = None) -> LiveRule:
        """Take the newest record of a rule."""
        found = self._rules.get(record.rule_id) or live or LiveRule(record)
        found.record = record
        if record.state in _GONE:
            self._rules.pop(record.rule_id, None)
        else:
            self._rules[record.rule_id] = found
        self._index()
        return found

    def forget_before(self, today: date) -> None:
        """Drop what came to its end on an earlier day of this machine's clock."""
        for live in self:
            record = live.record
            if record.state in _FINISHED and record.at.astimezone().date() < today:
                del self._rules[record.rule_id]
        self._index()

    def armed(self) -> tuple[LiveRule, ...]:
        """Return those that watch."""
        return tuple(self._armed.values())

    def of_contract(self, con_id: ConId) -> tuple[LiveRule, ...]:
        """Return the armed rules that look at a contract."""
        return self._by_contract.get(con_id, ())

    def con_ids(self) -> frozenset[ConId]:
        """Return the contracts whose quotes are needed: also of what may be armed again."""
        return frozenset(
            con_id
            for live in self._rules.values()
            if live.record.state.is_active
            for con_id in live.rule.con_ids
        )

    def siblings(self, live: LiveRule) -> list[LiveRule]:
        """Return the other rules of its group that could still act."""
        group = live.rule.group
        return [
            each
            for each in self
            if group
            and each is not live
            and each.rule.group == group
            and each.rule.account == live.rule.account
            and each.record.state.is_active
        ]

    def waiting_for(self, rule_id: RuleId) -> list[LiveRule]:
        """Return the rules that wait until this one is done."""
        return [
            each
            for each in self
            if each.rule.after == rule_id and each.record.state is RuleState.WAITING
        ]

    def _index(self) -> None:
        rules = self._rules.items()
        self._armed = {key: live for key, live in rules if live.record.state is RuleState.ARMED}
        found: dict[ConId, list[LiveRule]] = {}
        for live in self._armed.values():
            for con_id in live.rule.con_ids:
                found.setdefault(con_id, []).append(live)
        self._by_contract = {con_id: tuple(each) for con_id, each in found.items()}
