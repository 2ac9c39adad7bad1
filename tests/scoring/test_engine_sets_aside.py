"""What cannot be read, judged or written is set aside alone, and comes back when it is mended."""

import asyncpg
import msgspec
import pytest

from scoring.indicator import catalogue
from shared.feed import Change
from tests.scoring.eleven import eleven
from tests.scoring.office import Office, statuses
from tests.scoring.releases import (
    change,
    purchase_id,
    release,
    suspicious,
    tender,
)


@pytest.mark.check("F16", tier=1, limit="1 set aside, others unaffected")
async def test_a_release_that_cannot_be_loaded_is_set_aside_and_the_others_go_on(
    scoring_office: Office,
) -> None:
    broken = Change(purchase_id("ocds-9"), b'{"ocid": 7, "release": {"bids": "none"}}')
    no_json = Change(purchase_id("ocds-8"), b'{"ocid": NaN, "body":')
    await scoring_office.publish_changes([change(release("ocds-1")), broken, no_json])
    await scoring_office.publish(suspicious("ocds-2"))

    await scoring_office.judge()

    assert await scoring_office.score("ocds-1")
    assert await scoring_office.score("ocds-2")
    letters = await scoring_office.rows("SELECT key, reason FROM dead_letter ORDER BY seq")
    assert [letter["key"] for letter in letters] == [purchase_id("ocds-9"), purchase_id("ocds-8")]
    assert all(letter["reason"] for letter in letters)


@pytest.mark.parametrize("feed", ["releases", "registers"])
async def test_what_cannot_be_kept_as_a_dead_letter_is_read_again_and_not_passed_over(
    scoring_office: Office, feed: str
) -> None:
    broken = Change(purchase_id("ocds-9"), b'{"ocid": 7, "release": {"bids": "none"}}')
    async with scoring_office.scoring.connection() as connection:
        await connection.execute("ALTER TABLE dead_letter RENAME TO away")
    await scoring_office.publish_changes([broken, change(release("ocds-1"))], feed)

    with pytest.raises(asyncpg.UndefinedTableError):
        await scoring_office.session.take_in()
    cursor = await scoring_office.session.facts(lambda facts: facts.cursor(feed))
    async with scoring_office.scoring.connection() as connection:
        await connection.execute("ALTER TABLE away RENAME TO dead_letter")
    await scoring_office.restart()
    await scoring_office.judge()

    assert cursor[0] == 0
    keys = [row["key"] for row in await scoring_office.rows("SELECT key FROM dead_letter")]
    assert purchase_id("ocds-9") in keys


async def test_of_more_letters_than_are_listed_each_is_known_and_can_be_asked_for(
    scoring_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = [Change(purchase_id(f"ocds-{n}"), b'{"ocid": 7, "release": 1}') for n in range(3)]
    await scoring_office.publish_changes(broken)
    await scoring_office.judge()
    monkeypatch.setattr("shared.deadletters.MOST_LISTED", 1)
    await scoring_office.restart()

    async with scoring_office.scoring.connection() as connection:
        body = change(release("ocds-2")).body
        changed = "UPDATE dead_letter SET body = $1 WHERE key = $2 RETURNING id"
        newest = await connection.fetchval(changed, body, purchase_id("ocds-2"))
        await connection.execute("INSERT INTO replay (id) VALUES ($1)", newest)
    await scoring_office.session.replay()
    await scoring_office.publish(release("ocds-1"))
    await scoring_office.judge()

    left = await scoring_office.rows("SELECT key FROM dead_letter")
    assert [row["key"] for row in left] == [purchase_id("ocds-0")]


async def test_a_mended_release_takes_its_dead_letter_away(scoring_office: Office) -> None:
    broken = Change(purchase_id("ocds-9"), b'{"ocid": 7, "release": {"bids": "none"}}')
    await scoring_office.publish_changes([broken])
    await scoring_office.judge()

    await scoring_office.publish(release("ocds-9"))
    await scoring_office.judge()

    assert await scoring_office.rows("SELECT * FROM dead_letter") == []
    assert await scoring_office.score("ocds-9")


async def test_a_dead_letter_asked_for_again_is_judged(scoring_office: Office) -> None:
    broken = Change(purchase_id("ocds-9"), b'{"ocid": 7, "release": {"bids": "none"}}')
    await scoring_office.publish_changes([broken])
    await scoring_office.judge()
    async with scoring_office.scoring.connection() as connection:
        body = change(release("ocds-9")).body
        await connection.execute("UPDATE dead_letter SET body = $1", body)
        await connection.execute("INSERT INTO replay (id) SELECT id FROM dead_letter")

    await scoring_office.session.replay()
    await scoring_office.judge()

    assert await scoring_office.rows("SELECT * FROM dead_letter") == []
    assert await scoring_office.rows("SELECT * FROM replay") == []
    assert await scoring_office.score("ocds-9")


async def test_a_fault_of_one_indicator_on_one_record_is_an_error_there_and_nowhere_else(
    scoring_office: Office,
) -> None:
    r018 = catalogue()["R018"]
    fragile = """
        SELECT pid AS subject, CASE WHEN number_of_tenderers = 77 THEN error('overflow')
          ELSE 'clear' END AS status, 1e0 AS value, 1e0 AS threshold, NULL AS missing FROM judged
    """
    broken = msgspec.structs.replace(r018, query=fragile, evidence=None, version="fragile")
    await scoring_office.judge_by({**eleven(), "R018": broken})
    await scoring_office.publish(
        *[release(f"ocds-{n}") for n in range(5)],
        release("ocds-77", tender=tender(numberOfTenderers=77)),
    )

    await scoring_office.judge()

    found = await scoring_office.findings()
    assert [(one["subject_id"], one["indicator"], one["status"]) for one in found] == [
        (purchase_id("ocds-77"), "R018", "error")
    ]
    assert statuses(await scoring_office.score("ocds-77"))["R003"] == "clear"
    assert statuses(await scoring_office.score("ocds-3"))["R018"] == "clear"


async def test_a_score_that_cannot_be_written_is_set_aside_alone(scoring_office: Office) -> None:
    async with scoring_office.scoring.connection() as connection:
        await connection.execute(
            "ALTER TABLE score ADD CONSTRAINT refused CHECK (subject_id <> "
            f"'{purchase_id('ocds-3')}')"
        )
    await scoring_office.publish(*[release(f"ocds-{n}") for n in range(5)])

    await scoring_office.judge()

    scored = await scoring_office.rows("SELECT count(*) AS n FROM score")
    assert scored == [{"n": 4}]
    letters = await scoring_office.rows("SELECT key, reason FROM dead_letter")
    assert [letter["key"] for letter in letters] == [purchase_id("ocds-3")]
    assert "refused" in letters[0]["reason"]

    async with scoring_office.scoring.connection() as connection:
        await connection.execute("ALTER TABLE score DROP CONSTRAINT refused")
        await connection.execute("INSERT INTO replay (id) SELECT id FROM dead_letter")
    await scoring_office.session.replay()
    await scoring_office.judge()

    assert await scoring_office.score("ocds-3")
    assert await scoring_office.rows("SELECT * FROM dead_letter") == []
