"""Registers of other bodies, and lists that an observing organisation keeps.

VAT payers, legal entities, whom the tax service has listed; norms, sanctions, ties with officials.
"""

from collections.abc import Iterable
from random import Random
from typing import Final

from deploy.sandbox.world import numbers
from deploy.sandbox.world.catalogue import SECTORS
from deploy.sandbox.world.parties import COMPANY, Party
from deploy.sandbox.world.population import Population
from deploy.sandbox.world.tale import Row, Tale
from deploy.sandbox.world.workdays import iso

NAMES: Final = ("vat_payers", "false_enterprises", "inactive", "arrears", "wrong_address",
                "bankrupts", "invalid_registration", "legal_entities", "unfair",
                "unit_cost_norms", "sanctions", "politically_exposed_companies")  # fmt: skip
NORMS: Final = (
    {"object": "школа", "region": None, "unit": "место", "amount": 5_000_000,
     "valid_from": "2022-01-01", "act": "Invented norm of a school place"},
)  # fmt: skip
"""Norms of unit cost that bind everybody, in tenge."""
STRANGERS: Final = 120
STRANGER_NUMBERS: Final = 5_900_000
"""BINs from this one on belong to companies that never sell to the state."""


def all_of(population: Population, tales: Iterable[Tale], now: int) -> dict[str, list[Row]]:
    """Every register as of a moment."""
    found: dict[str, list[Row]] = {name: [] for name in NAMES}
    parties = [population.party(position) for position in range(population.size)]
    _add_strangers(found)
    for tale in tales:
        opened = {record.id: record.at for record in tale.records if record.root == "Subjects"}
        parties += [party for party in tale.cast if opened.get(party.pid, now + 1) <= now]
        for register, at, row in tale.entries:
            if at <= now:
                found[register].append(dict(row))
    found["vat_payers"] += [_payer(party, now) for party in parties if _known_payer(party, now)]
    found["unit_cost_norms"] += [dict(norm) for norm in NORMS]
    found["legal_entities"] += [_entity(party) for party in parties if party.kind == COMPANY]
    return found


def _known_payer(party: Party, now: int) -> bool:
    return party.vat is not None and party.vat[0] * 86_400 <= now


def _payer(party: Party, now: int) -> Row:
    assert party.vat
    start, end = party.vat
    over = end is not None and end * 86_400 <= now
    return {"bin": party.number, "start": iso(start), "end": iso(end) if end and over else None}


def _entity(party: Party) -> Row:
    return {
        "bin": party.number, "name_ru": party.name_ru, "name_kz": party.name_kz,
        "registered": iso(party.founded), "kato": party.place.kato,
        "oked": "84111" if party.buyer else f"{SECTORS[party.sector].division}000",
        "head_iin": party.head_iin,
    }  # fmt: skip


def _add_strangers(found: dict[str, list[Row]]) -> None:
    rng = Random(13)  # noqa: S311 (companies that never appear elsewhere)
    for index in range(STRANGERS):
        number = numbers.bin_number(STRANGER_NUMBERS + index)
        name = f'ТОО "{numbers.name(rng)[1]}"'
        day = f"20{rng.randint(18, 24)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
        row: Row = {"bin": number, "name": name}
        match index % 8:
            case 0:
                found["false_enterprises"].append({**row, "decision_date": day})
            case 1:
                found["inactive"].append({**row, "order_date": day})
            case 2:
                amount = rng.randint(200_000, 9_000_000)
                found["arrears"].append({**row, "amount": amount, "date": day})
            case 3:
                found["bankrupts"].append({**row, "decision_date": day})
            case 4:
                found["invalid_registration"].append({**row, "decision_date": day})
            case 5:
                found["wrong_address"].append({**row, "act_date": day})
            case 6:
                found["sanctions"].append({**row, "programme": "Embargo", "since": day})
            case _:
                found["politically_exposed_companies"].append({**row, "tie": "owner", "since": day})
