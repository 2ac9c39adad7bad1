"""Compiled releases from a file, straight into the facts, for `scoring evaluate`.

One line is one process, as in Cardinal: ids and statuses that are not texts and amounts that are
not numbers are as good as absent, a line that is no JSON is passed over with a warning naming its
number, and nothing else in the file is lost. DuckDB parses the file; Python looks only at the
lines that came back empty, and at small inputs (see `scoring.lines`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb

from scoring.facts import Facts
from scoring.lines import Source, faulty_lines, lines_of, open_source
from scoring.profiles import Profile
from scoring.staging import FILL, RAW, RAW_COLUMNS, RAW_DICTIONARY, SPLIT, columns


@dataclass
class Report:
    """What was read: lines, processes, and the warnings in the order of the lines.

    `usable` counts what could be taken in, before the profile leaves any of it out; `damage` names
    the files of which a part could not be read at all.
    """

    lines: int = 0
    usable: int = 0
    processes: int = 0
    warnings: list[str] = field(default_factory=list)
    damage: list[str] = field(default_factory=list)

    @property
    def nothing_usable(self) -> bool:
        """Whether there was something to read and none of it could be used."""
        return not self.usable and bool(self.lines or self.warnings or self.damage)


def load_raw(facts: Facts, names: Sequence[str], profile: Profile) -> Report:
    """Read the files (`-` is standard input; gzip is noticed) into empty facts.

    Raises OSError for a file that cannot be opened.
    """
    report = Report()
    for name in names:
        with open_source(name) as source:
            report.warnings += [f"{name}: {warning}" for warning in source.warnings]
            report.damage += [f"{name}: {damage}" for damage in source.damage]
            _load_one(facts, source, profile, report, name)
    return report


def _load_one(facts: Facts, source: Source, profile: Profile, report: Report, name: str) -> None:
    run = facts.connection.execute
    _stage(facts, source, profile)
    for statement in (SPLIT[0], SPLIT[1].format(**RAW), RAW_DICTIONARY, *FILL):
        run(_filled(statement))
    run(_SUBJECTS)
    run(_PARTIES)
    report.lines += _one(facts, "SELECT count(*) FROM lines")
    report.usable += _one(facts, _USABLE)
    report.processes += _one(facts, "SELECT count(*) FROM staged")
    empty = [row[0] for row in run(_EMPTY).fetchall()]
    report.warnings += [f"{name}: {warning}" for warning in faulty_lines(source, empty)]
    for table in ("split_bid", "split_award", "dictionary", "lines"):
        run(f"DROP TABLE {table}")


def _stage(facts: Facts, source: Source, profile: Profile) -> None:
    """Stage the file; `staged` is the view of what Cardinal would not skip.

    Columns come as NULL where a container is of the wrong type, which is what Cardinal makes of
    it too; a line that is no JSON comes as a row of NULLs.
    """
    run = facts.connection.execute
    try:
        _read(facts, source, 0)
    except duckdb.InvalidInputException as error:
        if "maximum_object_size" not in str(error):
            raise
        _read(facts, source, max(len(line) for _, line in lines_of(source)))
    run(f"SET VARIABLE excluded = {_texts(profile.excluded_details)}")
    base = _one(facts, "SELECT coalesce(max(pid), -1) + 1 FROM subject")
    skipped = "" if profile.judge_cancelled else _NOT_CANCELLED
    run(f"CREATE OR REPLACE TEMP VIEW staged AS {_STAGED.format(base=base)} {skipped}")


def _read(facts: Facts, source: Source, longest: int) -> None:
    with facts.room_for(longest) as size:
        facts.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE lines AS SELECT * FROM read_json($1, "
            f"columns = {columns(RAW_COLUMNS)}, format = 'newline_delimited', "
            f"ignore_errors = true, compression = '{source.compression}', "
            f"maximum_object_size = {size})",
            [str(source.path)],
        )


def _filled(statement: str) -> str:
    for name, word in RAW.items():
        statement = statement.replace(f"{{{name}}}", word)
    return statement


def _texts(values: Sequence[str]) -> str:
    return "[" + ", ".join("'" + value.replace("'", "''") + "'" for value in values) + "]"


def _one(facts: Facts, sql: str) -> int:
    row = facts.connection.execute(sql).fetchone()
    assert row is not None
    return int(row[0])


_STAGED = """
SELECT (rowid + {base})::INTEGER AS pid, * FROM lines
WHERE starts_with(ocid::VARCHAR, '"') AND (len(getvariable('excluded')) = 0 OR NOT coalesce(
  list_contains(getvariable('excluded'), json_text(tender."procurementMethodDetails")), false))"""

_USABLE = """SELECT count(*) FROM lines WHERE starts_with(ocid::VARCHAR, '"')"""

_NOT_CANCELLED = "AND coalesce(tender.status::VARCHAR, '') <> '\"cancelled\"'"

_EMPTY = """
SELECT rowid FROM lines
WHERE ocid IS NULL AND buyer IS NULL AND tender IS NULL AND bids IS NULL AND awards IS NULL
ORDER BY rowid"""

_SUBJECTS = """
INSERT INTO subject
SELECT pid, json_text(ocid), json_text(ocid), NULL FROM staged"""

_PARTIES = "INSERT INTO party SELECT party, json_text(token::JSON), false, false FROM dictionary"
