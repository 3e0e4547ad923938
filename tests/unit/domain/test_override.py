"""Reasons for going above a personal limit: which findings need one, and what is kept of it."""

from workstation.domain.finding import TODAY, Finding, Level, RiskCode
from workstation.domain.override import LONGEST_REASON, accepted, limits_overridden, reasons


def found(code: RiskCode, level: Level = Level.SOFT) -> Finding:
    return Finding(code, level, "said")


def test_only_a_question_of_a_personal_limit_needs_a_reason() -> None:
    assert limits_overridden((found(RiskCode.POSITION), found(RiskCode.DUPLICATE))) == (
        RiskCode.POSITION,
    )
    assert not limits_overridden((found(RiskCode.CONFIRM_ENTRY), found(RiskCode.PRICE_COLLAR)))
    informs = found(RiskCode.POSITION, Level.INFO)  # what the rule says to an exit
    assert not limits_overridden((informs,))
    assert accepted((informs,), "said by habit") == {informs.acknowledgement}


def test_a_reason_stands_beside_each_rule_it_overrides_and_beside_no_other() -> None:
    shown = (found(RiskCode.POSITION), found(RiskCode.LEVERAGE), found(RiskCode.DUPLICATE))
    names = accepted(shown, "a: hedge; of\tthe book")
    assert names >= {each.acknowledgement for each in shown}
    assert reasons(names) == {
        "R06_POSITION": "a: hedge; of the book",
        "R08_LEVERAGE": "a: hedge; of the book",
    }
    assert not reasons(accepted(shown, "  "))
    assert not reasons({"R06_POSITION", f"R06_POSITION{TODAY}"})


def test_a_long_reason_is_cut() -> None:
    (kept,) = reasons(accepted((found(RiskCode.POSITION),), "x" * 999)).values()
    assert len(kept) == LONGEST_REASON
