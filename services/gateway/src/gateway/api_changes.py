"""What changed in the API, for programs: when an operation came, changed, and when it will go.

Additions change nothing for who does not use them. An operation that will go is named here at
least six months before, and every answer of it says so (RFC 9745, RFC 8594).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from typing import Any, Final, Literal

from msgspec import Struct
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Kind = Literal["added", "changed", "deprecated", "removed", "fixed"]
LEAST_NOTICE: Final = timedelta(days=182)


class ApiChange(Struct, frozen=True, kw_only=True):
    """One change of the API: which operations it touches, and what it means for their callers.

    `sunset` is the day after which a deprecated operation may be gone, `successor` the path of what
    takes its place.
    """

    on: date
    kind: Kind
    operations: tuple[str, ...]
    text: str
    sunset: date | None = None
    successor: str | None = None


CHANGES: Final[tuple[ApiChange, ...]] = (
    ApiChange(
        on=date(2026, 11, 24),
        kind="added",
        operations=(
            "list_processes",
            "read_process",
            "read_score",
            "explain_score",
            "lookup_scores",
            "read_buyer",
            "read_supplier",
            "list_indicators",
            "read_indicator",
            "list_alerts",
            "list_releases",
            "read_freshness",
        ),
        text="Processes, scores with explanations, organisations, indicators, alerts and OCDS"
        " packages.",
    ),
    ApiChange(
        on=date(2026, 11, 24),
        kind="added",
        operations=(
            "resolve",
            "list_lots",
            "list_contracts",
            "list_plans",
            "list_sources",
            "read_coverage",
        ),
        text="Finding by number, link or BIN; lots, contracts and plans; what the sources bear.",
    ),
    ApiChange(
        on=date(2026, 11, 28),
        kind="added",
        operations=(
            "list_statistics",
            "read_statistics",
            "list_regions",
            "read_region",
            "read_network",
        ),
        text="Statistics, regions, and networks of suppliers.",
    ),
    ApiChange(
        on=date(2026, 11, 28),
        kind="added",
        operations=(
            "read_indicator_schema",
            "send_indicator_draft",
            "list_indicator_drafts",
            "read_indicator_draft",
            "take_draft_step",
            "ask_back_test",
            "read_back_test",
        ),
        text="Drafts of indicators, tried over history and promoted by a second person.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="added",
        operations=("read_feed", "read_feed_heads", "sync_scores"),
        text="The event log: streams without gaps, with a long poll; what changed, for mobiles.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="added",
        operations=(
            "list_endpoints",
            "add_endpoint",
            "read_endpoint",
            "change_endpoint",
            "remove_endpoint",
            "test_endpoint",
            "rotate_endpoint_secret",
            "replay_events",
            "list_deliveries",
            "read_delivery",
            "retry_delivery",
        ),
        text="Webhooks: events sent to endpoints of yours, signed as Standard Webhooks says.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="added",
        operations=(
            "create_export",
            "list_exports",
            "read_export",
            "cancel_export",
            "read_export_manifest",
            "download_export",
        ),
        text="Whole lists as files: NDJSON and CSV, with a manifest and resumable downloads.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="changed",
        operations=("read_score", "explain_score"),
        text="Lines of indicators that name a supplier and whose precision is not measured are"
        " withheld from keys without the scope scores:partner; status `awaited` is new.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="added",
        operations=("read_usage", "read_api_changes", "begin_trial"),
        text="What an organisation used by the day and what its tier may; this list; keys for"
        " trying at a gateway of the sandbox.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="added",
        operations=(
            "read_me",
            "read_organisation",
            "change_organisation",
            "delete_organisation",
            "ask_verification",
            "list_members",
            "add_member",
            "read_member",
            "change_member",
            "remove_member",
            "mint_member_token",
            "list_invitations",
            "make_invitation",
            "withdraw_invitation",
            "accept_invitation",
            "list_keys",
            "make_key",
            "read_key",
            "change_key",
            "revoke_key",
            "list_clients",
            "make_client",
            "read_client",
            "change_client",
            "revoke_client",
            "list_approvals",
            "read_approval",
            "decide_approval",
            "register_device",
            "rotate_device",
            "revoke_device",
            "get_token",
            "read_signing_keys",
            "read_server_metadata",
            "list_audit",
            "list_checkpoints",
            "read_checkpoint",
            "read_checkpoint_scores",
        ),
        text="Organisations administer themselves: people, keys, OAuth clients, tokens, devices;"
        " the audit of what was done, and signed daily checkpoints.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="added",
        operations=(
            "list_subscriptions",
            "add_subscription",
            "preview_subscription",
            "read_subscription",
            "change_subscription",
            "remove_subscription",
            "confirm_subscription",
            "send_subscription_code",
        ),
        text="Subscriptions: filters of the lists, told of by webhook, letter or Telegram, at once"
        " or as a digest.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="changed",
        operations=("list_alerts",),
        text="Alerts can be asked for by `buyer`, id or BIN.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="added",
        operations=("reply_to_alert",),
        text="Who is verified to speak for a party of a purchase replies to alerts on it; `replies`"
        " stand in alerts, scores, explanations and processes.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="changed",
        operations=(
            "list_processes",
            "list_lots",
            "list_contracts",
            "list_plans",
            "list_alerts",
            "list_releases",
            "lookup_scores",
            "read_score",
            "explain_score",
            "send_indicator_draft",
            "ask_back_test",
        ),
        text="Rows, scores of a past day and trials are limited by the day: 429 with the code"
        " daily_quota_spent.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="fixed",
        operations=(
            "read_process",
            "read_back_test",
            "ask_back_test",
            "read_indicator_draft",
            "send_indicator_draft",
            "take_draft_step",
        ),
        text="Names of schemas in this document have no dots (Period, BackTestPeriod), which some"
        " generators of clients refused. What is sent is the same.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="fixed",
        operations=("sync_scores",),
        text="Asked by region, what left the region is told as gone.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="added",
        operations=(
            "read_tip_channels",
            "send_tip",
            "send_plain_tip",
            "begin_tip_session",
            "read_own_tip",
            "write_as_tip_sender",
            "add_tip_chunk",
            "withdraw_tip",
            "list_tip_keys",
            "register_tip_key",
            "retire_tip_key",
            "list_tips",
            "read_tip",
            "list_tip_pieces",
            "send_tip_message",
            "move_tip",
            "release_tip_summary",
            "reseal_tip",
            "exclude_tip_recipient",
            "add_tip_digests",
            "count_tips",
        ),
        text="Tips from anybody, without a key: sealed to recipients, talked about by receipt."
        " Recipients open, answer, move and adopt them.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="added",
        operations=(
            "read_workflows",
            "start_case",
            "list_cases",
            "read_case",
            "change_case",
            "move_case",
            "hand_over_case",
            "list_case_events",
            "add_case_note",
            "list_case_notes",
            "add_case_task",
            "list_case_tasks",
            "change_case_task",
            "add_case_party",
            "end_case_party",
            "link_case",
            "unlink_case",
            "share_case",
            "end_case_share",
            "import_cases",
            "read_case_history",
        ),
        text="Cases: started, found, moved by a published life cycle, shared until a day, merged,"
        " handed over; their history whole; earlier ones taken in from a table.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="added",
        operations=(
            "list_evidence",
            "read_evidence",
            "list_custody",
            "verify_evidence",
            "add_field_check",
            "list_checklists",
            "add_evidence",
            "read_evidence_file",
        ),
        text="Evidence of cases: files told by their content, sealed, given out without what they"
        " tell beside their picture; every touch written down; checklists of field checks.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="added",
        operations=(
            "list_triage",
            "read_triage",
            "move_alert",
            "move_alerts",
            "read_telling",
            "change_telling",
        ),
        text="Alerts are triaged by each organisation for itself: dismissed with a reason, snoozed,"
        " promoted into a case.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="added",
        operations=(
            "create_outcome",
            "list_outcomes",
            "read_outcome",
            "change_outcome",
            "move_outcome",
            "read_impact",
            "list_impact",
            "read_impact_csv",
        ),
        text="Outcomes, confirmed by a second person, and the impact counted from events, each"
        " figure with its definition and its list.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="added",
        operations=(
            "create_complaint",
            "list_complaints",
            "read_complaint",
            "change_complaint",
            "move_complaint",
            "read_complaint_clock",
            "make_letter",
            "list_letters",
            "list_received_complaints",
            "read_received_complaint",
            "register_complaint",
            "refuse_complaint",
            "transfer_complaint",
            "extend_complaint",
            "suspend_complaint",
            "resume_complaint",
            "answer_complaint",
            "list_authority_figures",
            "read_letter",
            "read_deadlines",
        ),
        text="Complaints by the route that is open, letters as PDF and DOCX, deadlines as calendar;"
        " the side of the bodies they go to, and how they answer.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="added",
        operations=(
            "list_legal_routes",
            "compute_deadline",
            "read_legal_calendar",
            "list_authorities",
            "list_letter_templates",
            "list_confirmations",
            "confirm_declaration",
            "list_violations",
            "read_violation",
        ),
        text="The law as data: routes with their windows and terms, deadlines step by step, working"
        " days, bodies, and from a violation to what can be done.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="added",
        operations=(
            "list_campaigns",
            "start_campaign",
            "read_campaign",
            "change_campaign",
            "publish_campaign",
            "unpublish_campaign",
            "add_measure",
            "add_reading",
            "list_focus_lists",
            "add_focus_list",
            "read_focus_list",
            "change_focus_list",
            "list_queues",
            "add_queue",
            "read_queue",
            "change_queue",
            "add_training",
            "claim_item",
            "submit_item",
        ),
        text="Working together: focus lists, queues with double review, campaigns with a counter.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="added",
        operations=(
            "start_publication",
            "read_publication",
            "change_publication",
            "move_publication",
            "record_notice",
            "list_received_notices",
            "read_received_notice",
            "reply_to_notice",
            "list_published_cases",
            "read_published_case",
        ),
        text="Publication of cases: a checklist that blocks, a notice to the named parties with 72"
        " hours for a reply that stands beside the text, and published cases for everybody.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="added",
        operations=(
            "make_dossier",
            "list_dossiers",
            "read_dossier",
            "download_dossier",
            "read_dossier_keys",
            "list_dumps",
            "download_dump",
        ),
        text="Dossiers of a purchase or an alert: signed JSON and two pages as PDF, with the source"
        " of every figure. The whole published view as a dump every night.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="changed",
        operations=("create_export", "download_export", "read_feed", "read_usage"),
        text="Exports come as Parquet, XLSX and OCDS too, also of scores and findings; their rows"
        " count to the day. `alert.corrected` comes in your own stream too where a dossier or an"
        " export of yours holds the alert (`received`).",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="changed",
        operations=("list_indicators", "read_indicator"),
        text="`in_practice`: what people found of the flags of an indicator, and the share that"
        " held with its bounds, once ten purchases were decided.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="changed",
        operations=("make_key", "change_key", "mint_member_token"),
        text="Scopes for acts in a member's name wait for another person, unless the key is one's"
        " own (`pending`: `grant_scopes`). No token in a member's name receives tips.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="changed",
        operations=("register_tip_key", "exclude_tip_recipient", "count_tips", "begin_tip_session"),
        text="A recipient registers the key themselves, keeps out only colleagues while two are"
        " left, counts what one can open. Work for a log-in is taken once.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="changed",
        operations=("read_feed", "add_endpoint", "list_sources"),
        text="`alert.updated` and `alert.superseded`; every event about an alert has a `version`"
        " that rises. `data.stale` and `data.fresh`: a source has grown older than its"
        " `promised_hours`, or is fresh again.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="added",
        operations=("move_complaints",),
        text="One move of up to a hundred complaints, all or none; `follow_up` reminds a body.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="changed",
        operations=("read_workflows", "start_case", "link_case", "read_outcome", "move_alert"),
        text="`stays`: a move that leaves the state. An alert that is linked by hand is moved into"
        " the case. An authority sees what is asked of it, and its officers handle alerts. `moves`"
        " are those that role and part allow.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="changed",
        operations=("read_publication", "change_publication", "move_publication"),
        text="`sums`: what the texts state and the case does not know; a reader checks each.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="changed",
        operations=("read_feed", "add_measure", "add_reading"),
        text="`stream=tips`: a member is told of the tips sealed to them (`tip.received`,"
        " `tip.answered`, `tip.withdrawn`), late and to the day; no webhook is sent these. A"
        " measure of a campaign can name a cell of `/v1/stats` (`figure`), read by itself.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="added",
        operations=("accept_case", "decline_case"),
        text="A case that is offered is accepted or declined by whom it is offered to.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="changed",
        operations=("begin_trial",),
        text="A key for trying is an admin's of its organisation (`member`), so that a trial can"
        " start cases and add members.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="changed",
        operations=("list_cases", "list_triage", "list_outcomes", "list_complaints", "move_case"),
        text="What a role does not allow is refused as `role_missing`, apart from `scope_missing`;"
        " a filter by a word that no state, kind or band is called by is a 422.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="changed",
        operations=("hand_over_case", "read_case", "list_cases"),
        text="A case is offered (`offer`) to a partner organisation and becomes theirs when they"
        " accept; never an embargoed one, and nothing that points to tips goes along.",
    ),
    ApiChange(
        on=date(2026, 11, 29),
        kind="changed",
        operations=(
            "start_case",
            "change_case",
            "add_case_task",
            "change_case_task",
            "link_case",
            "share_case",
            "create_outcome",
            "start_publication",
            "change_publication",
        ),
        text="Organisations, members of one's own organisation and processes that a body names must"
        " be there: otherwise 422 with a pointer.",
    ),
    ApiChange(
        on=date(2026, 11, 30),
        kind="changed",
        operations=(
            "list_processes",
            "list_alerts",
            "create_export",
            "add_subscription",
            "change_subscription",
            "preview_subscription",
            "add_focus_list",
            "change_focus_list",
            "list_indicator_drafts",
        ),
        text="A filter by a word that no band is called by is a 422, in exports by one that no"
        " subject type or status is, of drafts one that no state is; before, nothing was found. A"
        " subscription saved with one is paused (`paused_for` is `refused`). Flaws of a filter in a"
        " body are pointed at there (`/body/filter/buyer`).",
    ),
    ApiChange(
        on=date(2026, 11, 30),
        kind="changed",
        operations=(
            "list_cases",
            "list_published_cases",
            "list_authorities",
            "list_legal_routes",
            "list_complaints",
            "list_received_complaints",
            "list_authority_figures",
            "list_letter_templates",
            "list_violations",
            "list_tips",
            "start_case",
            "change_case",
            "move_case",
            "decline_case",
            "import_cases",
            "move_alert",
            "create_outcome",
            "add_focus_list",
        ),
        text="`region` is a KATO code: in full it finds all below it, of a place that moved the"
        " bodies of its region of today; what is no place is a 422, as is a filter by a word that"
        " no route, state, stage or kind is called by. A key that belongs to no member is told in"
        " the `detail` of `role_missing` that a member's token is needed.",
    ),
    ApiChange(
        on=date(2026, 11, 30),
        kind="changed",
        operations=(
            "suspend_complaint",
            "answer_complaint",
            "refuse_complaint",
            "move_complaint",
            "move_complaints",
            "list_authority_figures",
            "hand_over_case",
            "accept_case",
        ),
        text="A term that has ended, or has its last day, is not suspended (409, `in_term`). An"
        " answer ends a suspension: it has a `due_on` and counts as in time or late. What was"
        " passed on and is not accepted goes back to its first addressee without its letter. To"
        " offer or accept a case may be refused for now (409, `available`).",
    ),
    ApiChange(
        on=date(2026, 11, 30),
        kind="changed",
        operations=(
            "read_tip_channels",
            "list_tip_keys",
            "exclude_tip_recipient",
            "change_member",
            "remove_member",
            "read_impact",
            "list_impact",
            "read_impact_csv",
            "create_outcome",
        ),
        text="The tip key of a member who is removed, or gets a role that receives no tips, is"
        " retired and offered no more. Figures count cases and complaints of others a whole day"
        " later and in the large alone (a region as a whole, by year, month or region); asked by"
        " organisation, campaign, indicator or a smaller place they are the caller's own, and in"
        " lists those of others show day and region. An outcome of a kind whose amount can be"
        " `prevented` is counted once under its process, else its contract; before, the contract"
        " came first, so that a second contract of a purchase now takes a `counted_once_key`.",
    ),
    ApiChange(
        on=date(2026, 11, 30),
        kind="fixed",
        operations=("read_organisation", "read_approval", "read_subscription", "create_export"),
        text="What has parts that change without a version is answered whole instead of by a 304."
        " Who may not read which sign a supplier bears does not learn it by asking for it.",
    ),
)
"""The oldest first; the list that is served begins with the newest."""


def ending(changes: Sequence[ApiChange]) -> Mapping[str, ApiChange]:
    """Return the deprecated operations, and by which change each is."""
    return dict(_ending(changes))


class Endings:
    """The ASGI layer that says, with every answer of a deprecated operation, when it ends.

    `operations` names the operation of each endpoint.
    """

    def __init__(
        self, app: ASGIApp, *, changes: Sequence[ApiChange], operations: Mapping[Any, str]
    ) -> None:
        named = ending(changes)
        self._app = app
        self._said = {
            endpoint: headers(named[operation])
            for endpoint, operation in operations.items()
            if operation in named
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and add to its answer what is known once a route has taken it."""

        async def send_with(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = self._said.get(scope.get("endpoint"), [])
                message["headers"] = [*message["headers"], *said]
            await send(message)

        await self._app(scope, receive, send_with)


def headers(change: ApiChange) -> list[tuple[bytes, bytes]]:
    """Return what every answer of a deprecated operation says."""
    since = int(_midnight(change.on).timestamp())
    links = ['</v1/meta/changelog>; rel="deprecation"; type="application/json"']
    said = [("deprecation", f"@{since}")]
    if change.sunset is not None:
        said.append(("sunset", format_datetime(_midnight(change.sunset), usegmt=True)))
    if change.successor is not None:
        links.append(f'<{change.successor}>; rel="successor-version"')
    said.append(("link", ", ".join(links)))
    return [(name.encode(), value.encode()) for name, value in said]


def mark(document: Mapping[str, Any], changes: Sequence[ApiChange]) -> None:
    """Mark the deprecated operations of an OpenAPI document."""
    named = ending(changes)
    for methods in document["paths"].values():
        for operation in methods.values():
            if operation["operationId"] in named:
                operation["deprecated"] = True


def _ending(changes: Sequence[ApiChange]) -> Iterator[tuple[str, ApiChange]]:
    for change in changes:
        if change.kind != "deprecated":
            continue
        if change.sunset is None or change.sunset - change.on < LEAST_NOTICE:
            raise ValueError(f"{change.operations}: an end is told six months before")
        for operation in change.operations:
            yield operation, change


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
