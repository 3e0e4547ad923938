"""Every rule holds in the whole project, and an example proves that each of them bites."""

import functools

import pytest

from tests.architecture import (
    rules_imports,
    rules_orders,
    rules_qt,
    rules_security,
    rules_sizes,
)
from tests.architecture.exemptions import exemptions
from tests.architecture.rules_orders import FINAL_GATE
from tests.architecture.sources import (
    Example,
    Finding,
    Rule,
    called,
    parsed,
    program_nodes,
    project_sources,
)

RULES = [
    *rules_imports.RULES,
    *rules_orders.RULES,
    *rules_qt.RULES,
    *rules_security.RULES,
    *rules_sizes.RULES,
]
EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.name}-{number}")
    for rule in RULES
    for number, example in enumerate(rule.examples)
]


@functools.cache
def found(name: str) -> tuple[Finding, ...]:
    """Return whatever breaks a rule in the project, exempted or not."""
    (rule,) = (each for each in RULES if each.name == name)
    return tuple(rule.find(project_sources()))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_project_keeps_the_rule(rule: Rule) -> None:
    allowed = {entry.where for entry in exemptions() if entry.rule == rule.name}

    findings = [f for f in found(rule.name) if f.where not in allowed]

    assert not findings, "\n" + "\n".join(
        f"{finding.where}:{finding.line}: {finding.text}" for finding in findings
    )


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_the_rule_bites(rule: Rule, example: Example) -> None:
    findings = list(rule.find([parsed(example.path, example.code)]))

    assert bool(findings) != example.is_good, findings


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_has_an_example(rule: Rule) -> None:
    assert any(not example.is_good for example in rule.examples)


def test_every_exemption_is_needed_and_has_a_reason() -> None:
    findings = {(rule.name, f.where) for rule in RULES for f in found(rule.name)}

    idle = [entry for entry in exemptions() if (entry.rule, entry.where) not in findings]

    assert idle == []
    assert all(entry.reason.strip() for entry in exemptions())


@pytest.mark.parametrize(("call", "path"), [("placeOrder", None), ("write_order", FINAL_GATE)])
def test_orders_are_encoded_and_written_at_exactly_one_place(call: str, path: str | None) -> None:
    places = [
        source.path
        for source, node in program_nodes(project_sources())
        if called(node).endswith(f".{call}")
    ]

    assert len(places) == 1
    assert places == [path] or places[0].startswith("workstation/broker/")
