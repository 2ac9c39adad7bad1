"""A draft from its first version to its end: sent, tried, watched, proposed, approved, retired."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from tests.scoring.drafts.conftest import AIDA, APPROVING, BOLAT, SECOND, STRANGER, Bureau
from tests.scoring.drafts.documents import document
from tests.scoring.releases import purchase_id

pytestmark = pytest.mark.thorough


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_a_good_document_becomes_a_draft_and_is_tried_over_all_facts(bureau: Bureau) -> None:
    sent = await bureau.post("/indicator-drafts", document())

    draft = sent.json()
    assert (sent.status_code, draft["state"], draft["version"]) == (201, "draft", 1)
    assert draft["document"]["query"] == document()["query"]
    assert [step["step"] for step in draft["steps"]] == ["create"]

    tried = await bureau.tried(draft["id"])

    result = tried["result"]
    assert (tried["state"], tried["reason"]) == ("done", None)
    assert result["subjects"] == 2
    assert result["hits"] == 1
    assert result["results"]["flagged"] == 1
    assert [one["subject"] for one in result["sample"]] == [purchase_id("ocds-2")]
    assert result["sample"][0]["evidence"]
    assert result["cost"]["cpu_seconds"] > 0
    assert result["agreement"] is None
    assert "no outcomes" in result["agreement_reason"]
    assert {"indicator": "R018", "both": 1, "flagged_by_indicator": 1, "share_of_draft": 1.0} in (
        result["overlap"]
    )


async def test_with_a_truth_precision_recall_and_lift_are_told(bureau: Bureau) -> None:
    draft = await bureau.draft()
    truth = [
        {"subject": purchase_id("ocds-1"), "positive": False},
        {"subject": purchase_id("ocds-2"), "positive": True},
        {"subject": "prc_nobody", "positive": True},
    ]

    tried = await bureau.tried(draft, truth=truth)

    agreement = tried["result"]["agreement"]
    assert (agreement["labelled"], agreement["positive"], agreement["not_judged"]) == (2, 1, 1)
    assert (agreement["precision"], agreement["recall"], agreement["lift"]) == (1.0, 1.0, 2.0)
    assert tried["result"]["agreement_reason"] is None


async def test_a_period_counts_what_was_published_in_it(bureau: Bureau) -> None:
    draft = await bureau.draft()

    long_ago = await bureau.tried(draft, **{"from": "2001-01-01", "to": "2001-12-31"})
    backwards = await bureau.post(
        f"/indicator-drafts/{draft}/back-tests", {"from": "2026-02-01", "to": "2026-01-01"}
    )

    assert long_ago["result"]["subjects"] == 0
    assert long_ago["result"]["hit_rate"] is None
    assert long_ago["period"] == {"from": "2001-01-01", "to": "2001-12-31"}
    assert refusal(backwards) == (422, "validation_failed")


@pytest.mark.check("A8", tier=1, limit="all refused")
async def test_the_whole_way_to_live_takes_a_second_person(bureau: Bureau) -> None:
    draft = await bureau.draft()
    early = await bureau.step(draft, "propose")
    watched = await bureau.step(draft, "monitor")
    untried = await bureau.step(draft, "propose")
    await bureau.tried(draft)
    proposed = await bureau.step(draft, "propose", BOLAT)
    own = await bureau.step(draft, "approve", AIDA)
    by_proposer = await bureau.step(draft, "approve", _approver(BOLAT.member))
    by_author = await bureau.step(draft, "approve", _approver(AIDA.member))
    by_nobody = await bureau.step(draft, "approve", _approver(None))
    approved = await bureau.step(draft, "approve", SECOND)

    assert refusal(early) == (409, "transition_not_allowed")
    assert early.json()["allowed"] == ["monitor", "retire"]
    assert watched.json()["state"] == "monitor"
    assert refusal(untried) == (409, "guard_failed")
    assert untried.json()["conditions"] == ["back_test"]
    assert proposed.json()["state"] == "proposed"
    assert refusal(own) == (403, "scope_missing")
    assert [each.json()["conditions"] for each in (by_proposer, by_author, by_nobody)] == [
        ["second_person"],
        ["second_person"],
        ["member"],
    ]
    assert approved.json()["state"] == "live"
    assert [step["step"] for step in approved.json()["steps"]] == [
        "create",
        "monitor",
        "propose",
        "approve",
    ]


def _approver(member: str | None) -> Any:
    return type(AIDA)("own_a", member, "admin", None, APPROVING)


async def test_every_step_and_every_end_of_a_back_test_is_told_to_who_owns_the_draft(
    bureau: Bureau,
) -> None:
    draft = await bureau.draft()
    await bureau.step(draft, "monitor")
    await bureau.tried(draft)
    await bureau.step(draft, "propose")
    await bureau.step(draft, "approve", SECOND)
    await bureau.step(draft, "retire", SECOND, reason="The rule was changed.")

    told = await _events(bureau, "drafts")

    assert {event["organisation"] for event in told} == {"own_a"}
    steps = [event for event in told if "back_test" not in event]
    assert [(event["what"], event["state"]) for event in steps] == [
        ("create", "draft"),
        ("monitor", "monitor"),
        ("propose", "proposed"),
        ("approve", "live"),
        ("retire", "retired"),
    ]
    (tried,) = (event for event in told if "back_test" in event)
    assert (tried["what"], tried["draft"], tried["version"]) == ("done", draft, 1)
    assert await bureau.office.rows("SELECT * FROM alert") == []


async def _events(bureau: Bureau, feed: str) -> list[dict[str, Any]]:
    rows = await bureau.office.rows(
        "SELECT seq, body FROM feed_event WHERE feed = $1 ORDER BY seq", feed
    )
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    return [msgspec.json.decode(row["body"]) for row in rows]


async def test_a_new_version_begins_its_way_again_and_the_old_one_is_kept(bureau: Bureau) -> None:
    draft = await bureau.draft()
    await bureau.step(draft, "monitor")
    same = await bureau.post("/indicator-drafts", document())
    changed = await bureau.post("/indicator-drafts", document(severity="low", points=5))

    assert (same.status_code, same.json()["version"], same.json()["state"]) == (200, 1, "monitor")
    assert (changed.status_code, changed.json()["id"]) == (201, draft)
    assert (changed.json()["version"], changed.json()["state"]) == (2, "draft")
    assert [one["version"] for one in changed.json()["versions"]] == [1, 2]


async def test_an_end_needs_its_reason_and_the_code_is_free_again(bureau: Bureau) -> None:
    draft = await bureau.draft()
    silent = await bureau.step(draft, "retire")
    ended = await bureau.step(draft, "retire", reason="It flags every purchase of books.")
    another = await bureau.draft()

    assert silent.json()["conditions"] == ["reason"]
    assert ended.json()["state"] == "retired"
    assert ended.json()["steps"][-1]["reason"] == "It flags every purchase of books."
    assert another != draft


async def test_a_draft_on_watch_is_tried_again_when_the_facts_move_and_alerts_nobody(
    bureau: Bureau,
) -> None:
    draft = await bureau.draft()
    await bureau.step(draft, "monitor")
    await bureau.trier.monitor()
    await bureau.trier.monitor()
    await bureau.work()

    found = (await bureau.get(f"/indicator-drafts/{draft}")).json()

    assert [one["cause"] for one in found["back_tests"]] == ["monitor"]
    assert found["monitoring"]["state"] == "done"
    assert found["monitoring"]["result"]["facts_seq"] == 2
    assert await bureau.office.rows("SELECT * FROM alert") == []
    assert not await bureau.office.rows("SELECT * FROM finding WHERE indicator = 'X-018'")


async def test_others_know_nothing_of_a_draft_until_it_is_put_before_approvers(
    bureau: Bureau,
) -> None:
    draft = await bureau.draft()
    tried = await bureau.tried(draft)
    hidden = [
        await bureau.get(f"/indicator-drafts/{draft}", STRANGER),
        await bureau.get(f"/indicator-drafts/{draft}", SECOND),
        await bureau.get(f"/back-tests/{tried['id']}", STRANGER),
        await bureau.step(draft, "retire", STRANGER, reason="Not mine."),
    ]
    before = (await bureau.get("/indicator-drafts", SECOND)).json()["data"]
    await bureau.step(draft, "monitor")
    await bureau.step(draft, "propose")
    after = (await bureau.get("/indicator-drafts", SECOND)).json()["data"]

    assert [refusal(each) for each in hidden] == [(404, "not_found")] * 4
    assert before == []
    assert [one["id"] for one in after] == [draft]
    assert (await bureau.get("/indicator-drafts", STRANGER)).json()["data"] == []


async def test_a_command_sent_twice_is_carried_out_once(bureau: Bureau) -> None:
    first = await bureau.post("/indicator-drafts", document(), key="one")
    again = await bureau.post("/indicator-drafts", document(), key="one")
    other = await bureau.post("/indicator-drafts", document("X-019"), key="one")

    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert refusal(other) == (422, "idempotency_key_reused")


async def test_an_answer_is_forgotten_once_nobody_may_send_the_command_again(
    bureau: Bureau,
) -> None:
    draft = await bureau.draft()
    await bureau.step(draft, "monitor")
    await bureau.trier.forget()
    kept = await bureau.office.rows("SELECT key FROM idempotency")
    bureau.office.clock.advance(timedelta(hours=25))
    await bureau.trier.forget()

    assert len(kept) == 1
    assert await bureau.office.rows("SELECT key FROM idempotency") == []
