"""What the data of the invented publisher can bear, as the documentation shows it."""

from datetime import date
from typing import Final

import msgspec

from gateway.api.example_judgement import SOURCE_DOCUMENT
from gateway.api.example_release import SOURCE
from gateway.computable import Asked, Became, Cell, judged
from gateway.coverage import (
    CheckCoverage,
    FieldCoverage,
    PeriodCoverage,
    RegisterCoverage,
    RegisterDays,
    SourceCoverage,
)
from gateway.needs import needs_of
from shared.contracts.sources import Source
from shared.quality import REASONS

_ASKED: Final = (
    Asked("R018", "process", needs_of(["tender.numberOfTenderers"])),
    Asked("R024", "process", needs_of(["bids.details.value.amount"])),
    Asked("S01", "supplier", needs_of(["contracts.dateSigned", "registers.vat_payers"])),
)
_VAT: Final = RegisterDays("vat_payers", 31, 31, 90)

_cell = Cell(processes=1, plans=1, looked_at=1, scored=1, days=90, registers={"vat_payers": _VAT})
_cell.fields |= {"contracts.dateSigned": 1, "tender.numberOfTenderers": 1}
_cell.whole |= {"R018": 1, "S01": 1}
_cell.became["R018"] = Became()
_cell.became["R018"].counts["computed"] = 1
_cell.became["R024"] = Became()
_cell.became["R024"].counts["not_computable"] = 1
_cell.became["R024"].missing["bids.details.value.amount"] = 1

_source = msgspec.convert(SOURCE_DOCUMENT, Source)

SOURCE_COVERAGE: Final = SourceCoverage(
    source=SOURCE,
    title=_source.title,
    lacks=_source.lacks,
    blind_spots=_source.blind_spots,
    registers=[RegisterCoverage("vat_payers", date(2026, 1, 1), date(2026, 1, 31), 0)],
    periods=[
        PeriodCoverage(
            period="2026",
            processes=1,
            plans=1,
            looked_at=1,
            scored=1,
            fields=[FieldCoverage("tender.numberOfTenderers", 1, 1.0)],
            checks=[
                CheckCoverage("dates_in_order", 1, 0, 0, REASONS["dates_in_order"].en),
                CheckCoverage("units_named", 0, 0, 1, REASONS["units_named"].en),
            ],
            registers=[_VAT],
            indicators=[judged(each, _cell, _source.lacks, "en") for each in _ASKED],
        )
    ],
)
