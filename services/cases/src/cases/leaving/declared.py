"""What happens to each table when an organisation is deleted: what goes, what stays and why.

What others were told stays as they were told it: published cases with the replies of their parties,
complaints that were filed, published campaigns, public lists. Figures stay true without a word of
what members wrote: of a case remain its number, its state and what it is linked to, of an event who
did what when. All else goes.
"""

from typing import Final, NamedTuple

from cases.complaints.sides import UNSEEN


class Ending(NamedTuple):
    """Which rows of a table go, and what is emptied of those that stay; `$1` is the organisation.

    `emptied` is what is set and where something is left to empty.
    """

    gone: str | None
    emptied: tuple[str, str] | None = None
    stays: str | None = None


_OWN: Final = "organisation = $1"
_CASES: Final = "SELECT id FROM casefile WHERE organisation = $1"
OF_CASES: Final = f"case_id IN ({_CASES})"
_TOLD: Final = "state IN ('published', 'withdrawn')"
_OF_TOLD: Final = f"(SELECT case_id FROM publication WHERE {_TOLD})"
_SENT: Final = "filed_on IS NOT NULL AND state NOT IN ({})".format(
    ", ".join(f"'{state}'" for state in sorted(UNSEEN))
)
_OF_SENT: Final = f"(SELECT id FROM complaint WHERE {_SENT})"
_COMPLAINTS: Final = "SELECT id FROM complaint WHERE organisation = $1"
_UNTOLD: Final = f"(SELECT id FROM publication WHERE {OF_CASES} AND NOT {_TOLD})"
_CAMPAIGNS: Final = "(SELECT id FROM campaign WHERE organisation = $1 AND published_at IS NULL)"
_LISTS: Final = "(SELECT id FROM focus_list WHERE organisation = $1 AND NOT public)"
_QUEUES: Final = f"(SELECT id FROM queue WHERE focus_list IN {_LISTS})"

COUNTED_BY: Final = ("campaign", "embargoed", "number", "organisation", "region")
"""Of the fields whose changes events tell, those that figures are counted by: nobody wrote them."""

_KEPT: Final = "'{{{}}}'::text[]".format(",".join(COUNTED_BY))
_WITHOUT_WORDS: Final = f"""note = NULL, reason = CASE WHEN after IS NOT NULL THEN reason END,
    changes = (SELECT coalesce(jsonb_object_agg(key, value), '{{}}') FROM jsonb_each(changes)
               WHERE key = ANY({_KEPT}))"""
_WITH_WORDS: Final = (
    f"(note IS NOT NULL OR (reason IS NOT NULL AND after IS NULL) OR changes - {_KEPT} <> '{{}}')"
)

ENDINGS: Final[dict[str, Ending]] = {
    "custody": Ending(f"evidence_id IN (SELECT id FROM evidence WHERE {OF_CASES})"),
    "evidence": Ending(OF_CASES),
    "case_note": Ending(OF_CASES),
    "case_task": Ending(OF_CASES),
    "case_share": Ending(f"{OF_CASES} OR organisation = $1"),
    "case_party": Ending(
        f"{OF_CASES} AND NOT (role = 'named_party' AND case_id IN {_OF_TOLD})",
        ("note = NULL", f"{OF_CASES} AND note IS NOT NULL"),
        "whom a published case names",
    ),
    "letter": Ending(
        f"complaint IN ({_COMPLAINTS}) AND (complaint NOT IN {_OF_SENT} OR id <> ALL"
        " (SELECT letter FROM complaint WHERE letter IS NOT NULL))",
        stays="what the body got",
    ),
    "recommendation": Ending(
        f"complaint IN ({_COMPLAINTS}) AND complaint NOT IN {_OF_SENT}", stays="what the body got"
    ),
    "outcome": Ending(
        f"{_OWN} AND state <> 'confirmed'"
        f" AND (complaint_id IS NULL OR complaint_id NOT IN {_OF_SENT})",
        stays="confirmed to everybody, or what a body is still asked for",
    ),
    "complaint": Ending(f"{_OWN} AND NOT ({_SENT})", stays="what the body got"),
    "publication_reply": Ending(
        f"notice_id IN (SELECT id FROM publication_notice WHERE publication_id IN {_UNTOLD})",
        stays="published",
    ),
    "publication_notice": Ending(f"publication_id IN {_UNTOLD}", stays="published"),
    "publication": Ending(f"{OF_CASES} AND NOT {_TOLD}", stays="published, or withdrawn"),
    "campaign_reading": Ending(
        f"measure_id IN (SELECT id FROM campaign_measure WHERE campaign_id IN {_CAMPAIGNS})",
        stays="published",
    ),
    "campaign_measure": Ending(f"campaign_id IN {_CAMPAIGNS}", stays="published"),
    "campaign": Ending(f"{_OWN} AND published_at IS NULL", stays="published"),
    "queue_review": Ending(
        f"queue_id IN {_QUEUES}",
        ("note = NULL", f"{_OWN} AND note IS NOT NULL"),
        "agreement on public lists is counted from it",
    ),
    "queue_item": Ending(f"queue_id IN {_QUEUES}", stays="of a public list"),
    "queue": Ending(
        f"focus_list IN {_LISTS}",
        ("closed_at = $2", f"{_OWN} AND closed_at IS NULL"),
        "of a public list: closed",
    ),
    "focus_list": Ending(
        f"{_OWN} AND NOT public",
        ("archived_at = $2", f"{_OWN} AND archived_at IS NULL"),
        "public: archived",
    ),
    "triage": Ending(_OWN),
    "snooze": Ending(_OWN),
    "telling": Ending(_OWN),
    "case_number": Ending(_OWN),
    "case_link": Ending(
        None,
        ("reason = NULL", f"{OF_CASES} AND reason IS NOT NULL"),
        "figures are counted by what a case is about",
    ),
    "event": Ending(
        None,
        (
            _WITHOUT_WORDS,
            f"""object <> 'organisation' AND {_WITH_WORDS}
            AND CASE WHEN object = 'case' AND EXISTS (SELECT FROM casefile WHERE id = object_id)
                THEN object_id IN ({_CASES}) ELSE organisation = $1 END""",
        ),
        "figures are counted from the events",
    ),
    "casefile": Ending(
        None,
        (
            (
                "title = '', summary = '', assignees = '{}', created_by = NULL, reference = NULL,"
                " on_hold_until = NULL, offered_to = NULL, offered_by = NULL, offer_note = NULL,"
                " offered_at = NULL, updated_at = $2, revision = revision + 1,"
                f" region = CASE WHEN id IN {_OF_TOLD} THEN region END"
            ),
            f"{_OWN} AND title <> ''",
        ),
        "its number, state and days, which figures and published cases rest on",
    ),
}
"""Each table that an organisation owns rows of, in the order in which they end."""

UNTOUCHED: Final[dict[str, str]] = {
    "alert": "published to everybody",
    "statistic": "published to everybody",
    "confirmation": "a lawyer's word on a text, not of an organisation",
    "counted": "counts without a name of a member",
    "fact": "counts without a name of a member",
    "fact_case": "counts without a name of a member",
}
"""Why the others are not touched."""
