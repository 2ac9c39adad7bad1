"""The page for authors of indicators: how to write a query, and every table with its columns."""

from typing import Final

from scoring.declared import Table, enums, tables

GUIDE: Final = """# Facts

What an indicator's query may read. Generated from `facts.sql` by `make docs`.

## How to write a query

1. **Start FROM the subjects, LEFT JOIN the rest.** Of purchases: `FROM judged j` (all columns of
   `process`, and what is lacking). Aggregate a child table by `pid` in a CTE before it is joined,
   so that a purchase stays one row. What holds of a contract, lot or act is judged per purchase:
   the worst of them decides, `evidence` points at it.
2. **One CASE in this order**: `not_applicable`, `not_computable`, `insufficient_sample`, `flagged`,
   `clear`. A condition that is NULL falls through to the next branch, so decide every column that
   may be NULL before comparing it. Of several contracts: one is flagged -> `flagged`; else one
   cannot be told -> `not_computable`; else `clear`.
3. **An absent array is not an empty one.** `has_contracts`, `has_acts`, `has_payments` and their
   like say whether it is there at all. Counts are 0 for both.
4. **Columns of the result**: `subject` (pid, or party), `status`, `value` and `threshold` DOUBLE,
   `missing` (names of absent fields as in `fields`, with commas; NULL if none). Of subject
   `organisation`: `kind` as well (buyer, entity, supplier).
5. **What an incremental run shows.** `scope: process`: the rows of the purchase, of the other
   attempts in its chain (`earlier_attempt`), and what registers say; nothing of other purchases,
   not even of the same buyer. What compares with others takes a `population`; what looks at the
   history of a buyer or supplier has that subject and `scope: all`, and sees everything.
6. **As of**: look at registers, age and history on the day of the thing judged (signing, bid, act),
   never today. `current_date` is not for queries. Where the lack of something tells, once its term
   has passed, compare with the one-row relation `judging_day` (`day`; NULL where it is not known,
   and then nothing has passed) and give a column `again_on`: the next day on which the result may
   change although no data does. `value` must not grow day by day: say what had passed on the first
   day of the flag. Allow for the time in which what was done may still be published. Only for
   `scope: process`, and not in `population`.
7. Numbers of laws stand in parameters or law tables, never in a query. Write `1e0`, not `1.0`
   (DECIMAL); guard divisions; no lists, no `SELECT *` in the last SELECT, CTEs and plain joins only
   (a test carries every query over to Spark and Trino).
8. Days: `b - a` of two DATEs is a whole number of days. Instants: `epoch_us(b) - epoch_us(a)`.

## Evidence

`evidence` gives rows `subject, pid, path, text, number` for what is in the relation `flagged`
(`subject, value, threshold`): `path` is a JSON pointer into the release of `pid`, and `text` or
`number` what stands there. Places come from the `_no` columns:

| fact | pointer |
|---|---|
| contract | `/contracts/{contract_no}/value/amount`, `/dateSigned`, `/x_net/amount` |
| act | `/contracts/{contract_no}/x_acts/{act_no}/amount` |
| payment | `/contracts/{contract_no}/implementation/transactions/{payment_no}/value/amount` |
| amendment | `/contracts/{contract_no}/amendments/{amendment_no}/date` |
| amendment_change | the same, `/x_changes/{change_no}/former_value` (`/amount`), `/value` |
| contract_item | `/contracts/{contract_no}/items/{item_no}/x_unit_net/amount` |
| lot, item | `/tender/lots/{lot_no}/value/amount`, `/tender/items/{item_no}/quantity` |
| bid_lot | `/bids/details/{bid_no}/lotValues/{value_no}/value/amount` |
| plan | `/planning/x_plan_points/{point_no}/amount` |
| complaint | `/complaints/{complaint_no}/date` |
| participant | `/parties/{party_no}/details/x_registered` |
| register_entry | `register:{register}/{key}` (no pointer: it names an entry of a register) |
| register_on = 'no' | `register:{register}` with the text `no` |

Of a date show the day, `CAST(c.signed_on AS VARCHAR)`, unless the facts hold it as published
(`start_text`). A register is named as `register:vat_payers/reg_...`, see below.

## Registers, as of a day

`register_on(register, party, day)` gives `yes`, `no` or `unknown`:

* `yes`: an entry is known to be in force on the day;
* `no`: a source's answer covers the day, for everybody or for this party, and no entry does;
* `unknown`: nobody can tell (also where party or day is NULL). Then answer `not_computable`, with
  `registers.<register>` as the missing field.

Which entry it was: `LEFT JOIN register_span r ON r.register = 'vat_payers' AND r.party = c.supplier
AND c.signed_on BETWEEN r.first_day AND r.last_day` (columns `key`, `register`, `source`, `party`,
`first_day`, `last_day`, `valid_from`, `valid_to`, `ended`, `attributes`).

Registers: `vat_payers`, `unfair_participants`, `legal_entities`, `bankrupts`, `false_enterprises`,
`inactive_taxpayers`, `invalid_registration`, `tax_arrears`, `tax_code_violations`, `wrong_address`,
`sanctions` and `politically_exposed_companies` (lists that an organisation brings),
`unit_cost_norms` (binds everybody: `party` NULL, read `register_span`).

## Views beside the tables

* `judged`: `process` with `comparable` and, NULL where nothing is, `lacking_offers`,
  `lacking_prices`, `lacking_bidders`, `lacking_awards`.
* `earlier_attempt (pid, earlier, named)`: every earlier attempt at the same purchase; `named` is
  the one that the release names. A later one has the purchase as its `earlier`.
* `lot_attempt`: of each lot bought from a single source after failure, the competitive attempts at
  it (`earlier`, `earlier_lot`); `back` 1 is the last one. An attempt that tells the numbers of all
  its lots, this one not among them, is none; where it cannot be told, `earlier_lot` is NULL.
* `attempt_family (pid, family)`: of purchases with several attempts, which belong together: those
  of one `family`. The attempt before need not be at hand.
* `offer`, `price_gap`, `entry`: of purchases with one winner; see `views.sql`.
* `known_mark`: of whom in a purchase a head, and of whom a phone or an e-mail is known.
* `common_mark`: which two parties of a purchase have such a mark in common.
* `dealing`: whom a purchase was given to, by an award or a contract, and what is not known of it.
* `dealing_register`: what `register_on` says of them, one row per register that is asked of all:
  `bankrupts`, `false_enterprises`, `inactive_taxpayers`, `invalid_registration`,
  `politically_exposed_companies`, `sanctions`, `tax_arrears`, `unfair_participants`,
  `wrong_address`. It has no rows of another; for those ask `register_on`.
* `rivalry`: the lots with more than one valid bid: how many, of how many bidders, how many that
  name none, at what prices.
* `profile` (one row), `parameters` (one row, the indicator's own), `population`, one relation per
  parameter of type table, `judging_day` (one row).

## Examples

An example lists `releases`, or `facts`: tables with rows, in which only what the story needs is
named. `process` in a row is the name of the purchase, as `subject` in `expected`; parties are named
by any text; `_no` columns count by themselves; a purchase that is only mentioned needs no row of
its own; `has_...` and counts follow from the rows given, unless named.

```yaml
EXAMPLE```
"""

EXAMPLE: Final = """examples:
  - story: The sum holds VAT, and the supplier became a payer a month after signing.
    facts:
      register_coverage: [{register: vat_payers, known_from: 2018-01-01, known_to: 2026-06-30}]
      register_entry: [{register: vat_payers, party: late, valid_from: 2026-03-01}]
      contract:
        - {process: paid-for-nothing, supplier: late, signed_on: 2026-02-01, gross: 112, net: 100}
        - {process: no-vat, supplier: late, signed_on: 2026-02-01, gross: 100, net: 100}
    expected:
      - {subject: paid-for-nothing, status: flagged, value: 12}
      - {subject: no-vat, status: clear}
"""


CONVENTIONS: Final = """NULL (a type with `?`) is "not known", never "no" and never 0. `..._at`: an
instant in UTC. `..._on`: the day in Kazakhstan (UTC+5, as the portal writes all times). `..._no`:
the place in the array of the release, from 0. `..._code`: the portal's own code. Names of
organisations are numbers: `party`. Sums are in `currency`.
"""


def page() -> str:
    """Write the page."""
    shown = [_table(table) for table in tables().values() if not table.internal]
    words = "\n".join(f"* `{name}`: {', '.join(found)}" for name, found in enums().items())
    return "\n".join(
        [
            GUIDE.replace("EXAMPLE", EXAMPLE),
            "## Tables\n",
            CONVENTIONS,
            *shown,
            "## Types\n",
            words,
            "",
        ]
    )


def _table(table: Table) -> str:
    rows = "\n".join(
        f"| `{one.name}` | {one.type}{'' if one.required else '?'} | {_cell(one.meaning)} |"
        for one in table.columns.values()
    )
    meaning = f"{table.meaning}\n\n" if table.meaning else ""
    return f"### {table.name}\n\n{meaning}| column | type | what it says |\n|---|---|---|\n{rows}\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
