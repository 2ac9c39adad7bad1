"""Indicators held back: what flags too much counts nothing, what was wrong is taken back."""

from collections import Counter
from typing import Any

import msgspec
import pytest
from msgspec import structs

from scoring import held
from scoring.commands.indicator import decide
from scoring.document import Judgement, Method, score
from scoring.held import Held, counting_nothing, judged_by, reviewed
from scoring.indicator import catalogue
from scoring.method import standard, weight
from scoring.profiles import load_profile
from scoring.recording import _breaches
from scoring.score import FLAGGED, Composer
from scoring.store import Superseded
from shared.contracts.scores import Subject
from tests.scoring.eleven import eleven
from tests.scoring.office import Office
from tests.scoring.releases import NOW, release, suspicious, tender
from tests.scoring.test_score import compose as composed
from tests.scoring.test_score import weight as invented

R018 = catalogue()["R018"]
BEFORE = Held("R018", R018.version, "rate", NOW, 0.6, 0.5, 1000)


@pytest.mark.parametrize(
    ("flagged", "judged", "bound", "before", "is_held"),
    [
        (101, 200, None, None, True),
        (100, 200, None, None, False),
        (199, 199, None, None, False),
        (101, 200, 0.9, None, False),
        (3, 200, 0.01, None, True),
        (91, 200, None, BEFORE, True),
        (90, 200, None, BEFORE, False),
        (91, 200, None, structs.replace(BEFORE, version="older"), False),
    ],
)
def test_an_indicator_is_held_back_above_its_bound_and_let_go_well_below_it(
    flagged: int, judged: int, bound: float | None, before: Held | None, is_held: bool
) -> None:
    one = structs.replace(R018, most_hits=bound)
    tally = Counter(
        {
            ("process", "R018", "flagged"): flagged,
            ("process", "R018", "clear"): judged - flagged,
            ("process", "R018", "not_computable"): 10_000,
            ("process", "R003", "flagged"): 5,
        }
    )
    known = {"R018": before} if before else {}

    found = reviewed({"R018": one}, tally, known, NOW)

    assert (found.keys() == {"R018"}) is is_held
    if is_held and before:
        assert found == known
    elif is_held:
        assert (found["R018"].rate, found["R018"].judged) == (flagged / judged, judged)


def test_a_hold_is_of_one_version_until_lifted_and_a_retraction_outlives_every_review() -> None:
    lifted = structs.replace(BEFORE, lifted_at=NOW)
    newer = {"R018": structs.replace(R018, version="newer")}
    retracted = structs.replace(BEFORE, why="retracted")
    now = {"R018": R018}

    assert counting_nothing(now, {"R018": BEFORE}) == {"R018"}
    assert (
        counting_nothing(now, {"R018": lifted})
        == counting_nothing(newer, {"R018": BEFORE})
        == set()
    )
    assert judged_by(now, {"R018": retracted}) == {}
    assert judged_by(now, {"R018": BEFORE}) == now
    assert judged_by(newer, {"R018": retracted}) == newer
    assert reviewed({}, Counter(), {"R018": retracted}, NOW) == {"R018": retracted}


def test_what_is_held_back_counts_no_points_no_coverage_and_forces_nothing() -> None:
    trusted, doubted = (
        invented("A", "a"),
        invented("B", "b", held=True, severity="critical", certain=True),
    )
    signs = [Judgement("A", "not_computable"), Judgement("B", FLAGGED)]

    told: Any = msgspec.json.decode(
        score(
            Subject("process", "p"),
            signs,
            Method({"A": trusted, "B": doubted}, Composer([trusted, doubted], {}), "m", "kz"),
        ).content
    )
    flag = told["indicators"][0]

    assert told["points"] == {"lower": 0.0, "expected": 0.0, "upper": 20.0}
    assert (told["coverage"], told["band"]) == (0.0, None)
    assert (flag["code"], flag["status"], flag["held"]) == ("B", FLAGGED, True)
    assert (flag["points"], flag["counted"]) == (0.0, 0.0)


def test_a_breach_that_is_held_back_alerts_nobody() -> None:
    one = {"KZ-01": catalogue()["KZ-01"]}

    def breaches(held_back: set[str]) -> frozenset[str]:
        by = standard(
            one, load_profile("kz"), population_version=0, rows=[], rates={}, held=held_back
        )
        assert (by.version != free.version) is bool(held_back)
        return _breaches("KZ-01:f", by)

    free = standard(one, load_profile("kz"), population_version=0, rows=[], rates={})
    held_back = Method(
        {"A": invented("A", held=True)}, Composer([invented("A", held=True)], {}), "m", "kz"
    )

    assert breaches(set()) == {"KZ-01"}
    assert breaches({"KZ-01"}) == frozenset()
    assert score(Subject("process", "p"), [Judgement("A", FLAGGED)], held_back).flags == ()


def test_an_indicator_on_trial_counts_nothing_either() -> None:
    assert weight(structs.replace(R018, life="experimental")).held
    assert not weight(R018).held
    assert composed([weight(R018)], []).points == (0, 0, 0)


async def flags_too_much(office: Office, code: str) -> None:
    """As if the indicator had flagged three hundred other purchases."""
    async with office.scoring.transaction() as connection:
        await connection.execute(
            "INSERT INTO tally (subject_type, indicator, status, n) VALUES ('process', $1, "
            "'flagged', 300) ON CONFLICT (subject_type, indicator, status) DO UPDATE SET n = 300",
            code,
        )


async def face(office: Office, code: str) -> Any:
    rows = await office.rows(
        "SELECT body FROM feed_state WHERE feed = 'catalogue' AND key = $1", code
    )
    return msgspec.json.decode(rows[0]["body"])


async def line_of(office: Office, code: str) -> dict[str, Any]:
    found = await office.score("ocds-1") or {}
    return next((one for one in found["indicators"] if one["code"] == code), {})


async def test_what_flags_nearly_everything_counts_nothing_until_a_person_lifts_it(
    scoring_office: Office,
) -> None:
    office = scoring_office
    await office.publish(suspicious("ocds-1"))
    await office.work()
    before = await line_of(office, "R018")
    method = (await office.score("ocds-1") or {})["method_version"]

    await flags_too_much(office, "R018")
    await office.comparison.compare()
    await office.work()
    held_back = await line_of(office, "R018")
    shown = (await face(office, "R018"))["held_back"]
    after = await office.score("ocds-1") or {}

    assert before["counted"] > 0
    assert (held_back["status"], held_back["counted"], held_back["held"]) == (FLAGGED, 0.0, True)
    assert (shown["why"], shown["bound"], shown["lifted_at"]) == ("rate", R018.most_hits, None)
    assert after["method_version"] != method
    assert after["cause"] != "data"

    assert await decide(office.scoring, "lift", "R018", "Single bids are usual here.") == 0
    with pytest.raises(Superseded):
        await held.still(office.scoring, office.session.holds)
    await office.restart()
    await office.work()

    assert (await line_of(office, "R018"))["counted"] == before["counted"]
    assert (await face(office, "R018"))["held_back"]["reason"] == "Single bids are usual here."
    assert await decide(office.scoring, "lift", "R018", "Again.") == 1


@pytest.mark.check("E4", tier=1, limit="all")
async def test_what_an_indicator_said_is_taken_back_with_the_reason_and_not_said_again(
    scoring_office: Office,
) -> None:
    office = scoring_office
    await office.publish(
        suspicious("ocds-1"), release("ocds-2", tender=tender(numberOfTenderers=1))
    )
    await office.work()

    assert await decide(office.scoring, "retract", "R018", "It counted withdrawn bids.") == 0
    await office.restart()
    await office.work()
    await office.publish(release("ocds-3", tender=tender(numberOfTenderers=1)))
    await office.work()

    history = [one for one in await office.findings(still_open=False) if one["indicator"] == "R018"]
    assert history
    assert {(one["closed_as"], one["closed_reason"]) for one in history} == {
        ("retracted", "It counted withdrawn bids.")
    }
    assert await line_of(office, "R018") == {}
    assert (await face(office, "R018"))["held_back"]["why"] == "retracted"
    assert await decide(office.scoring, "retract", "NONE", "No such indicator.") == 1

    mended = eleven()["R018"]
    await office.judge_by({**eleven(), "R018": structs.replace(mended, version="mended")})
    await office.work()

    assert (await line_of(office, "R018"))["status"] == FLAGGED
    assert (await face(office, "R018"))["held_back"] is None
