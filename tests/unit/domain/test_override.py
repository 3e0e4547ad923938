"""Reasons for going above a personal limit: which findings need one, and what is kept of it."""

from workstation.domain.finding import TODAY, Finding, Level, RiskCode
from workstation.domain.override import (
    LONGEST_REASON,
    NO_REASON_THEN,
    accepted,
    accepted_today,
    limits_overridden,
    limits_without_reason,
    reasons,
    reasons_for_today,
    still_accepted,
)


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


def test_each_limit_wants_a_reason_of_its_own_and_blanks_are_none() -> None:
    shown = (found(RiskCode.POSITION), found(RiskCode.LEVERAGE), found(RiskCode.DUPLICATE))
    bare = {each.acknowledgement for each in shown}
    both = (RiskCode.POSITION, RiskCode.LEVERAGE)
    assert limits_without_reason(shown, bare) == both
    assert limits_without_reason(shown, {*bare, "R06_POSITION:because: "}) == both
    one = {*bare, "R06_POSITION:because:a hedge"}
    assert limits_without_reason(shown, one) == (RiskCode.LEVERAGE,)
    assert limits_without_reason(shown, accepted(shown, "a hedge")) == ()
    assert limits_without_reason((found(RiskCode.POSITION, Level.INFO),), bare) == ()


def test_a_reason_lasts_for_the_day_where_its_rule_was_accepted_for_the_day() -> None:
    said = "R06_POSITION:because:a hedge"
    assert reasons_for_today({said, "R06_POSITION"}) == frozenset()
    assert reasons_for_today({said, f"R06_POSITION{TODAY}"}) == {said}
    assert reasons_for_today({said, f"R08_LEVERAGE{TODAY}", "R08_LEVERAGE"}) == frozenset()


def test_an_order_accepted_before_reasons_were_asked_for_is_not_asked_again() -> None:
    names = {"R06_POSITION", "R17_DUPLICATE", "R08_LEVERAGE", "R08_LEVERAGE:because:a hedge"}
    kept = still_accepted(names)
    assert kept == names | {f"R06_POSITION:because:{NO_REASON_THEN}"}
    assert reasons(kept) == {"R06_POSITION": NO_REASON_THEN, "R08_LEVERAGE": "a hedge"}


def test_for_the_day_only_what_asks_is_accepted_and_no_repetition() -> None:
    findings = [
        Finding(RiskCode.PRICE_COLLAR, Level.SOFT, "3 % above the ask"),
        Finding(RiskCode.DUPLICATE, Level.SOFT, "the same order"),
        Finding(RiskCode.CONFIRM_ENTRY, Level.SOFT, "by one gesture"),
        Finding(RiskCode.FUNDS, Level.HARD, "too much"),
        Finding(RiskCode.POSITION, Level.INFO, "closed already"),
    ]
    assert accepted_today(findings) == {f"R14_PRICE_COLLAR{TODAY}"}
