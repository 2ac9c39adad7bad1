"""From releases as JSON to facts: the columns that are read, and one statement per core table.

Leaves are read as JSON, so that a number where a text belongs is told apart and ignored: `"17"`
starts with a quote, `17` does not. The same statements serve a feed batch (party ids come with
the envelope) and a raw file (a party is whatever its id says).
"""

from collections.abc import Iterable, Mapping

_ORGANISATION = "STRUCT(id JSON)"
_VALUE = "STRUCT(amount JSON, currency JSON)"
_PERIOD = 'STRUCT("startDate" JSON, "endDate" JSON)'
_TENDER = (
    'STRUCT(status JSON, "procurementMethod" JSON, "procurementMethodDetails" JSON, '
    f'"numberOfTenderers" JSON, "procuringEntity" {_ORGANISATION}, "tenderPeriod" {_PERIOD}'
)
_BIDS = (
    'STRUCT(details STRUCT(status JSON, "date" JSON, '
    f'"value" {_VALUE}, tenderers {_ORGANISATION}[])[])'
)
_AWARD = f"status JSON, suppliers {_ORGANISATION}[], items STRUCT(classification {_ORGANISATION})[]"

RAW_COLUMNS: Mapping[str, str] = {
    "ocid": "JSON",
    "buyer": _ORGANISATION,
    "tender": f"{_TENDER})",
    "bids": _BIDS,
    "awards": f"STRUCT({_AWARD})[]",
}
"""A raw release: only what the enabled indicators ask for; reading is most of the cost."""


def release_type(leaves: Mapping[str, Mapping[str, str]]) -> str:
    """Write the type of a release of the feed: the core, and `leaves` by where they stand."""

    def more(part: str) -> str:
        return "".join(f', "{name}" {kind}' for name, kind in leaves.get(part, {}).items())

    bid = f'status JSON, "date" JSON, "value" {_VALUE}, tenderers {_ORGANISATION}[]{more("bids")}'
    return (
        f'STRUCT("date" JSON, buyer {_ORGANISATION}, tender {_TENDER}, "value" {_VALUE}'
        f"{more('tender')}), bids STRUCT(details STRUCT({bid})[]), "
        f'awards STRUCT({_AWARD}, "value" {_VALUE}{more("awards")})[]{more("")})'
    )


MACROS = """
CREATE OR REPLACE TEMP MACRO json_text(leaf) AS
  CASE WHEN starts_with(leaf::VARCHAR, '"') THEN
    CASE WHEN contains(leaf::VARCHAR, '\\') THEN leaf ->> '$'
         ELSE substr(leaf::VARCHAR, 2, length(leaf::VARCHAR) - 2) END END;
CREATE OR REPLACE TEMP MACRO json_number(leaf) AS
  CASE WHEN isfinite(TRY_CAST(leaf::VARCHAR AS DOUBLE)) THEN TRY_CAST(leaf::VARCHAR AS DOUBLE) END;
CREATE OR REPLACE TEMP MACRO json_integer(leaf) AS
  CASE WHEN regexp_full_match(leaf::VARCHAR, '-?[0-9]+') THEN TRY_CAST(leaf::VARCHAR AS BIGINT) END;
CREATE OR REPLACE TEMP MACRO instant(written) AS
  CASE WHEN regexp_full_match(written, '[0-9]{4}-[0-9]{2}-[0-9]{2}' ||
    '[Tt ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]+)?' ||
    '([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])')
  THEN TRY_CAST(upper(written) AS TIMESTAMPTZ) AT TIME ZONE 'UTC' END;
"""


def columns(named: Mapping[str, str]) -> str:
    """Write the `columns` argument of read_json."""
    return "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in named.items()) + "}"


def _codes(leaf: str, known: Iterable[str], kind: str) -> str:
    branches = " ".join(f"WHEN '\"{code}\"' THEN '{code}'" for code in known)
    other = f"WHEN starts_with({leaf}, '\"') THEN 'other'"
    return f"(CASE {leaf} {branches} ELSE CASE {other} END END)::{kind}"


_TENDER_STATUS = _codes(
    "tender.status::VARCHAR",
    ("planning", "planned", "active", "cancelled", "unsuccessful", "complete", "withdrawn"),
    "tender_status",
)
_BID_STATUS = _codes(
    "b.status::VARCHAR",
    ("invited", "pending", "valid", "disqualified", "withdrawn"),
    "bid_status",
)
_AWARD_STATUS = _codes(
    "a.status::VARCHAR", ("pending", "active", "cancelled", "unsuccessful"), "award_status"
)


def _contracts(*statuses: str) -> str:
    """Count the contracts of these statuses; a date of signing stands for a status not given."""
    codes = ", ".join(f"'{status}'" for status in statuses)
    dated = """c.status IS NULL AND c."dateSigned" IS NOT NULL"""
    among = f"coalesce(c.status IN ({codes}), false)"
    read = """from_json(contracts, '[{"status": "VARCHAR", "dateSigned": "VARCHAR"}]')"""
    return f"coalesce(len(list_filter({read}, lambda c: {among} OR ({dated}))), 0)"


_SPLIT_BIDS = f"""
CREATE OR REPLACE TEMP TABLE split_bid AS
SELECT pid, bid_no, {_BID_STATUS} AS status, json_number(b."value".amount) AS amount,
  json_text(b."value".currency) AS currency, json_text(b."date") AS date_text,
  len(b.tenderers) AS tenderers,
  CASE WHEN len(b.tenderers) = 1 THEN b.tenderers[1].id::VARCHAR END AS token,
  CASE WHEN len(b.tenderers) <> 1 THEN b.tenderers END AS several
FROM (SELECT pid, unnest(bids.details) AS b, generate_subscripts(bids.details, 1) - 1 AS bid_no
      FROM staged WHERE bids.details IS NOT NULL)"""

_SPLIT_AWARDS = f"""
CREATE OR REPLACE TEMP TABLE split_award AS
SELECT pid, award_no, {_AWARD_STATUS} AS status, {{award_value}},
  len(a.suppliers) AS suppliers, a.items AS items,
  CASE WHEN len(a.suppliers) = 1 THEN a.suppliers[1].id::VARCHAR END AS token,
  CASE WHEN len(a.suppliers) <> 1 THEN a.suppliers END AS several
FROM (SELECT pid, unnest(awards) AS a, generate_subscripts(awards, 1) - 1 AS award_no
      FROM staged WHERE awards IS NOT NULL)"""

_MEMBERS = """
INSERT INTO {to}{table}
SELECT r.pid, r.{ordinal}, r.pos, d.party, r.status, {local_id}
FROM (SELECT pid, {ordinal}, 0 AS pos, token, status FROM {split} WHERE {length} = 1
      UNION ALL
      SELECT pid, {ordinal}, pos, member.id::VARCHAR, status
      FROM (SELECT pid, {ordinal}, status, unnest(several) AS member,
              generate_subscripts(several, 1) - 1 AS pos
            FROM {split} WHERE {length} > 1)) r
LEFT JOIN dictionary d ON d.token = r.token {same_process}"""

_BIDS_INTO = """
INSERT INTO {to}bid
SELECT r.pid, r.bid_no, r.status, r.amount, r.currency, r.date_text, {bid_instant},
  d.party, coalesce(d.party, g.who), r.tenderers,
  CASE r.tenderers WHEN 1 THEN (d.party IS NOT NULL)::INTEGER WHEN 0 THEN 0 ELSE g.named END
FROM split_bid r
LEFT JOIN dictionary d ON d.token = r.token {same_process}
LEFT JOIN (
  SELECT pid, bid_no, count(party) AS named,
    CASE count(DISTINCT party) WHEN 0 THEN NULL WHEN 1 THEN min(party)
      ELSE -1 - (hash(list(DISTINCT party ORDER BY party)) >> 1)::BIGINT END AS who
  FROM (SELECT t.pid, t.bid_no, t.party FROM {to}bid_tenderer t
        JOIN split_bid s ON s.pid = t.pid AND s.bid_no = t.bid_no AND s.tenderers > 1)
  GROUP BY pid, bid_no) g ON g.pid = r.pid AND g.bid_no = r.bid_no"""

_AWARDS_INTO = """
INSERT INTO {to}award (pid, award_no, status, sole, suppliers, named, items, amount, currency)
SELECT r.pid, r.award_no, r.status, d.party, r.suppliers,
  CASE r.suppliers WHEN 1 THEN (d.party IS NOT NULL)::INTEGER WHEN 0 THEN 0 ELSE g.named END,
  len(r.items), r.amount, r.currency
FROM split_award r
LEFT JOIN dictionary d ON d.token = r.token {same_process}
LEFT JOIN (
  SELECT t.pid, t.award_no, count(t.party) AS named FROM {to}award_supplier t
  JOIN split_award s ON s.pid = t.pid AND s.award_no = t.award_no AND s.suppliers > 1
  GROUP BY t.pid, t.award_no) g ON g.pid = r.pid AND g.award_no = r.award_no"""

_ITEMS_INTO = """
INSERT INTO {to}award_item
SELECT r.pid, r.award_no, r.item_no, json_text(r.item.classification.id), a.status, a.sole
FROM (SELECT pid, award_no, unnest(items) AS item, generate_subscripts(items, 1) - 1 AS item_no
      FROM split_award) r
JOIN {to}award a ON a.pid = r.pid AND a.award_no = r.award_no"""

_PROCESSES_INTO = f"""
INSERT INTO {{to}}process (pid, seq, origin, date_text, tender_status, method, method_details,
  start_text, end_text, start_at, end_at, number_of_tenderers, buyer, entity,
  has_bids, submitted, disqualified, unknown_bids, unpriced, unpriced_valid,
  unnamed, unnamed_valid, undated_valid, bid_currency, mixed,
  has_awards, open_awards, active_awards, unknown_awards, unnamed_awards, winner,
  value, currency, signed, running)
WITH b AS (
  SELECT pid,
    count(*) FILTER (submitted) AS submitted,
    count(*) FILTER (status = 'disqualified') AS disqualified,
    count(*) FILTER (status IS NULL) AS unknown_bids,
    count(*) FILTER (submitted AND unpriced) AS unpriced,
    count(*) FILTER (status = 'valid' AND unpriced) AS unpriced_valid,
    count(*) FILTER (submitted AND unnamed) AS unnamed,
    count(*) FILTER (status = 'valid' AND unnamed) AS unnamed_valid,
    count(*) FILTER (status = 'valid' AND date_text IS NULL) AS undated_valid,
    min(currency) FILTER (submitted AND NOT unpriced) AS lowest,
    max(currency) FILTER (submitted AND NOT unpriced) AS highest
  FROM (SELECT pid, status, currency, date_text,
          coalesce(status NOT IN ('invited', 'withdrawn'), false) AS submitted,
          amount IS NULL OR currency IS NULL AS unpriced,
          tenderers IS NULL OR named = 0 OR named < tenderers AS unnamed
        FROM {{to}}bid)
  GROUP BY pid),
a AS (
  SELECT pid,
    count(*) FILTER (status IN ('pending', 'other')) AS open_awards,
    count(*) FILTER (status = 'active') AS active_awards,
    count(*) FILTER (status IS NULL) AS unknown_awards,
    count(*) FILTER (status = 'active' AND (suppliers IS NULL OR named = 0 OR named < suppliers))
      AS unnamed_awards,
    max(sole) FILTER (status = 'active') AS winner
  FROM {{to}}award GROUP BY pid)
SELECT r.pid, r.seq, r.origin, r.date_text, r.tender_status, r.method, r.method_details,
  r.start_text, r.end_text, instant(r.start_text), instant(r.end_text),
  r.number_of_tenderers, d1.party, d2.party,
  r.has_bids, coalesce(b.submitted, 0), coalesce(b.disqualified, 0),
  coalesce(b.unknown_bids, 0), coalesce(b.unpriced, 0), coalesce(b.unpriced_valid, 0),
  coalesce(b.unnamed, 0), coalesce(b.unnamed_valid, 0), coalesce(b.undated_valid, 0),
  CASE WHEN b.lowest = b.highest THEN b.lowest END, coalesce(b.lowest <> b.highest, false),
  r.has_awards, coalesce(a.open_awards, 0), coalesce(a.active_awards, 0),
  coalesce(a.unknown_awards, 0), coalesce(a.unnamed_awards, 0),
  CASE WHEN a.active_awards = 1 THEN a.winner END, r.amount, r.currency, r.signed, r.running
FROM (
  SELECT pid, {{seq}} AS seq, {{origin}} AS origin, {{date_text}} AS date_text,
    {_TENDER_STATUS} AS tender_status, json_text(tender."procurementMethod") AS method,
    json_text(tender."procurementMethodDetails") AS method_details,
    json_text(tender."tenderPeriod"."startDate") AS start_text,
    json_text(tender."tenderPeriod"."endDate") AS end_text,
    json_integer(tender."numberOfTenderers") AS number_of_tenderers,
    buyer.id::VARCHAR AS buyer_token, tender."procuringEntity".id::VARCHAR AS entity_token,
    bids.details IS NOT NULL AS has_bids, awards IS NOT NULL AS has_awards, {{value}},
    {{contracts}}
  FROM staged) r
LEFT JOIN dictionary d1 ON d1.token = r.buyer_token {{same_buyer}}
LEFT JOIN dictionary d2 ON d2.token = r.entity_token {{same_entity}}
LEFT JOIN b ON b.pid = r.pid
LEFT JOIN a ON a.pid = r.pid"""

SPLIT = (_SPLIT_BIDS, _SPLIT_AWARDS)
FILL = (
    _MEMBERS.replace("{table}", "bid_tenderer")
    .replace("{ordinal}", "bid_no")
    .replace("{split}", "split_bid")
    .replace("{length}", "tenderers"),
    _BIDS_INTO,
    _MEMBERS.replace("{table}", "award_supplier")
    .replace("{ordinal}", "award_no")
    .replace("{split}", "split_award")
    .replace("{length}", "suppliers"),
    _AWARDS_INTO,
    _ITEMS_INTO,
    _PROCESSES_INTO,
)
"""In this order: bids need their tenderers, processes need their bids and awards."""

RAW = {
    "to": "",
    "award_value": "NULL::DOUBLE AS amount, NULL::VARCHAR AS currency",
    "same_process": "",
    "same_buyer": "",
    "same_entity": "",
    "local_id": "NULL",
    "bid_instant": "NULL",
    "seq": "NULL",
    "origin": "NULL",
    "date_text": "NULL",
    "value": "NULL::DOUBLE AS amount, NULL::VARCHAR AS currency",
    "contracts": "0 AS signed, 0 AS running",
}
"""How the statements read for a raw file: one dictionary for all, nothing but what is judged."""

FEED = {
    "to": "new_",
    "award_value": (
        'json_number(a."value".amount) AS amount, json_text(a."value".currency) AS currency, '
        'moment(a."date") AS date_at, sole_of(a."relatedLots")::VARCHAR AS lot_token, '
        'a."relatedBid"::VARCHAR AS bid_token, a.x_place AS place, a.x_implied AS implied'
    ),
    "same_process": "AND d.pid = r.pid",
    "same_buyer": "AND d1.pid = r.pid",
    "same_entity": "AND d2.pid = r.pid",
    "local_id": "d.local_id",
    "bid_instant": "instant(r.date_text)",
    "seq": "seq",
    "origin": "origin",
    "date_text": 'json_text("date")',
    "value": (
        'json_number(tender."value".amount) AS amount, '
        'json_text(tender."value".currency) AS currency'
    ),
    "contracts": (
        f"{_contracts('active', 'terminated')} AS signed, {_contracts('active')} AS running"
    ),
}
"""How they read for the feed: ids of parties are those of the envelope, per process."""

RAW_DICTIONARY = """
CREATE OR REPLACE TEMP TABLE dictionary AS
SELECT (row_number() OVER ())::INTEGER + (SELECT coalesce(max(party), 0) FROM party) AS party, token
FROM (
  SELECT DISTINCT token FROM (
    SELECT token FROM split_bid
    UNION ALL SELECT unnest(several).id::VARCHAR FROM split_bid WHERE tenderers > 1
    UNION ALL SELECT token FROM split_award
    UNION ALL SELECT unnest(several).id::VARCHAR FROM split_award WHERE suppliers > 1
    UNION ALL SELECT buyer.id::VARCHAR FROM staged
    UNION ALL SELECT tender."procuringEntity".id::VARCHAR FROM staged)
  WHERE starts_with(token, '"'))"""
