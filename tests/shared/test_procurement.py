"""The words of OCDS as everybody compares them."""

from shared.vocabulary.procurement import (
    AWARD_FINAL,
    COMPETITIVE,
    NOT_SUBMITTED,
    AwardStatus,
    BidStatus,
    Method,
    Role,
)


def test_code_words_equal_the_texts_of_the_standard() -> None:
    assert f"{BidStatus.VALID}" == "valid"
    assert f"{Role.PROCURING_ENTITY}" == "procuringEntity"


def test_an_invited_or_withdrawn_bid_is_not_submitted_and_a_pending_award_not_final() -> None:
    assert {"invited", "withdrawn"} == NOT_SUBMITTED
    assert set(AwardStatus) - AWARD_FINAL == {"pending"}
    assert {Method.OPEN, Method.SELECTIVE} == COMPETITIVE
