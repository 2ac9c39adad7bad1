"""Who may do what now, and why not the rest."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from cases.law.catalogue import Confirmation, declarations, routes, vocabulary
from cases.law.choosing import Asked, Choice, Offer, Reason, choose
from cases.law.deadlines import Event
from shared.errors import ValidationFailed
from shared.vocabulary.kato import regions

NOW = datetime(2026, 3, 19, 6, tzinfo=UTC)
POSTED = Event("results_posted", datetime(2026, 3, 18, 14, tzinfo=UTC))
RESULTS: dict[str, Any] = {
    "standing": "participant",
    "stage": "results",
    "method": "competition",
    "object": "results",
    "events": [POSTED],
    "region": "751110000",
    "now": NOW,
}


def asked(**other: Any) -> Choice:
    """Ask in the situation of a participant of a competition, or another."""
    return choose(Asked(**{**RESULTS, **other}))


def offered(choice: Choice, code: str) -> Offer:
    """Return a route that is open."""
    return next(one for one in choice.routes if one.code == code)


def reasons(choice: Choice, code: str) -> dict[str, Reason]:
    """Return why a route is refused."""
    found = next(one for one in choice.refused if one.code == code)
    return {one.code: one for one in found.reasons}


def test_while_the_window_is_open_the_complaint_that_suspends_signing_comes_first() -> None:
    first = asked().routes[0]

    assert first.code == "pp25_supplier"
    assert first.effect.suspends == "signing"
    assert first.window.due_on == date(2026, 3, 26)
    assert first.window.ends_at == datetime(2026, 3, 26, 19, tzinfo=UTC)
    assert first.answer.due_on == date(2026, 3, 31)
    assert first.addressee_kind == "procuring"
    assert [one.code for one in asked().routes][:3] == [
        "pp25_supplier",
        "pp23_control_complaint",
        "audit_desk_signal",
    ]


def test_a_closed_window_says_when_it_closed() -> None:
    choice = asked(now=datetime(2026, 3, 26, 19, tzinfo=UTC))

    closed = reasons(choice, "pp25_supplier")["window_closed"]

    assert closed.on == date(2026, 3, 26)
    assert closed.words.en == (
        "The time to file ended on 26 March 2026. No lawyer has confirmed this route or term yet."
    )
    assert asked(now=datetime(2026, 3, 26, 18, 59, tzinfo=UTC)).routes[0].code == "pp25_supplier"


def test_a_direct_purchase_has_no_complaint_of_article_25_and_says_why() -> None:
    choice = asked(method="direct", stage="contract", object="method", standing="public_control")

    why = reasons(choice, "pp25_supplier")

    assert {"standing", "method", "stage"} <= why.keys()
    assert "competitions and auctions only" in why["method"].words.en
    assert why["method"].cite == ["106-VIII 25(1)"]
    assert "potential supplier" in why["standing"].words.en
    assert {"audit_desk_signal", "appc76_appeal", "pc13_final_document"} <= {
        one.code for one in choice.routes
    }


@pytest.mark.parametrize(
    "method", ["rating_points", "quotations", "eshop", "direct", "after_failure", "special_order"]
)
def test_what_the_portal_decides_and_what_is_no_competition_is_not_offered_article_25(
    method: str,
) -> None:
    why = reasons(asked(method=method), "pp25_supplier")

    assert why.keys() == {"method"}
    assert why["method"].cite


def test_a_remark_is_the_only_route_of_a_potential_supplier_before_bids_that_has_a_window() -> None:
    announced = [Event("announced", date(2026, 3, 18))]
    choice = asked(
        standing="potential_supplier", stage="discussion", object="documentation", events=announced
    )

    remark = offered(choice, "pp170_remark")

    assert remark.window.due_on == date(2026, 3, 20)
    assert "stage" in reasons(choice, "pp25_supplier")


def test_a_civic_organisation_is_shown_monitoring_and_not_the_complaints_of_suppliers() -> None:
    choice = asked(standing="public_control")
    codes = {one.code for one in choice.routes}

    assert {"pc13_final_document", "pm24_public_monitoring", "appc76_appeal"} <= codes
    assert not codes & {"pp25_supplier", "pp23_control_complaint", "pp170_remark", "pp25_court"}
    assert "other" not in reasons(choice, "pp23_control_complaint")


def test_a_court_needs_the_pre_trial_step_first() -> None:
    before = asked(stage="contract", object="act")
    after = asked(stage="contract", object="act", taken=["pp25_supplier"])

    assert (
        "First: Complaint of a potential supplier"
        in reasons(before, "pp25_court")["requires"].words.en
    )
    assert offered(after, "pp25_court").window.state == "no_term"


def test_whoever_was_not_answered_may_complain_of_the_silence() -> None:
    learned = [Event("learned", date(2026, 3, 10))]
    silent = {"stage": "paid", "object": "inaction", "events": learned, "standing": "person"}

    assert "standing" in reasons(asked(**silent), "appc91_complaint")
    found = offered(asked(**silent, taken=["appc76_appeal"]), "appc91_complaint")
    assert found.window.due_on == date(2026, 6, 10)
    assert found.silence.meaning == "deemed_refusal"


def test_in_the_quasi_state_sector_only_its_own_routes_and_the_general_ones_are_open() -> None:
    choice = asked(regime="quasi_state", method="tender")

    assert choice.routes[0].code == "qps16_participant"
    assert choice.routes[0].window.due_on == date(2026, 3, 20)
    assert reasons(choice, "pp25_supplier").keys() == {"regime", "method"}
    assert "regime" in reasons(asked(), "qps16_participant")


def test_signs_of_a_crime_go_to_the_body_of_the_day_from_anyone() -> None:
    told = {"standing": "anonymous", "object": "crime_signs", "stage": "paid", "events": []}

    before = asked(**told, now=datetime(2025, 6, 30, 6, tzinfo=UTC))
    after = asked(**told, now=datetime(2025, 7, 1, 6, tzinfo=UTC))

    assert [one.code for one in before.routes] == ["acs_report"]
    assert [one.code for one in before.routes[0].authorities] == ["anti_corruption_agency"]
    assert [one.code for one in after.routes[0].authorities] == ["anti_corruption_service_knb"]
    assert reasons(after, "appc76_appeal").keys() == {"standing"}


def test_the_body_of_the_region_is_named_before_that_of_the_country() -> None:
    found = offered(asked(), "pp23_control_complaint")

    assert [one.code for one in found.authorities] == ["internal_audit_region.75", "internal_audit"]
    assert regions()["75"].en in found.authorities[0].name.en


def test_nothing_promises_a_check_and_nothing_unconfirmed_renders_a_letter() -> None:
    choice = asked(standing="public_control", object=None)
    words = vocabulary()

    assert choice.routes
    for one in choice.routes:
        assert one.cautions[0] == words.caution
        assert one.cautions[-1] == words.unconfirmed
        assert not one.confirmed
        assert not one.renders


def test_a_confirmed_route_renders_its_letter() -> None:
    version = routes(NOW.date())["pp25_supplier"].version
    word = Confirmation("pp25_supplier", version, "A. Lawyer", date(2026, 3, 1))

    first = choose(Asked(**RESULTS), [word]).routes[0]

    assert (first.confirmed, first.renders, first.template) == (True, True, "pp25_complaint")
    assert vocabulary().unconfirmed not in first.cautions


def test_results_of_tomorrow_have_no_window_today() -> None:
    tomorrow = [Event("results_posted", NOW + timedelta(days=1))]

    assert "window_not_open" in reasons(asked(events=tomorrow), "pp25_supplier")


def test_before_the_law_there_are_no_routes() -> None:
    choice = asked(now=datetime(2024, 12, 31, 6, tzinfo=UTC), events=[])

    assert choice.routes == []
    assert choice.refused == []


def test_every_route_is_open_or_refused_and_every_refusal_has_its_reason() -> None:
    for standing in vocabulary().standings:
        for method in vocabulary().methods:
            choice = asked(standing=standing, method=method)
            told = {one.code for one in choice.routes} | {one.code for one in choice.refused}
            assert told == declarations().keys()
            assert len(choice.routes) + len(choice.refused) == len(told)
            assert all(one.reasons for one in choice.refused)


def test_a_word_that_is_not_known_is_refused_with_those_that_are() -> None:
    with pytest.raises(ValidationFailed) as refused:
        asked(standing="king", object="throne")

    assert [one.pointer for one in refused.value.errors] == ["/query/standing", "/query/object"]
    assert "potential_supplier" in refused.value.errors[0].message
