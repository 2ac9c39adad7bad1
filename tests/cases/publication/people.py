"""Who has a part in a publication, and a case that is on its way to everybody."""

from typing import Any, Final

import httpx

from tests.cases.office import AIDA, BOLAT, Office, caller

BIN: Final = "990340005977"
PROCESS: Final = "prc_road"
NAMED: Final = caller(
    "mem_named", "own_buyer", "editor", kind="buyer", speaks_for=frozenset({f"bin:{BIN}"})
)
OTHER_BUYER: Final = caller(
    "mem_rival", "own_rival", "editor", kind="buyer", speaks_for=frozenset({"bin:000140001234"})
)
ANYBODY: Final = caller(None, None, "reader")  # type: ignore[arg-type]

SECRET: Final = "Zerde77"
"""Stands in everything that is told, so that a grep finds where it leaks."""

TEXTS: Final = {
    "kk": {"title": f"Жол жөндеу {SECRET}", "body": "Баға медианадан екі есе жоғары."},
    "ru": {"title": f"Ремонт дороги {SECRET}", "body": "Цена в два раза от медианы."},
    "en": {"title": f"Repair of a road {SECRET}", "body": "The price is twice the median."},
}
FIGURE: Final = {
    "label": {"kk": "Шарт сомасы", "ru": "Сумма договора", "en": "Sum of the contract"},
    "value": "4500000.00",
    "unit": "KZT",
    "source": "https://goszakup.gov.kz/ru/announce/1",
}
AT: Final = "2026-03-02T04:00:00Z"


async def begun(office: Office, **more: Any) -> dict[str, Any]:
    """A case with a named party, and its publication as a draft that Aida wrote."""
    case = await done(office.post("/cases", {"title": f"Road {SECRET}", "processes": [PROCESS]}))
    party = {"role": "named_party", "bin": BIN, "name": "Road buyer"}
    await done(office.post(f"/cases/{case['id']}/parties", party))
    content = {"texts": TEXTS, "processes": [PROCESS], "figures": [FIGURE], **more}
    return await done(office.post(f"/cases/{case['id']}/publication", content))


async def answered(office: Office, row: dict[str, Any], **differs: str) -> dict[str, Any]:
    """The checklist answered with yes, but for what differs."""
    answers = [
        {"item": each["item"], "answer": differs.get(each["item"], "yes")}
        for each in row["checklist"]
    ]
    return await changed(office, row, answers=answers)


async def changed(office: Office, row: dict[str, Any], **values: Any) -> dict[str, Any]:
    at = f"/cases/{row['case']}/publication"
    return await done(office.send("PATCH", at, values, AIDA, seen=row["revision"]))


async def asked(office: Office, row: dict[str, Any], move: str, **more: Any) -> httpx.Response:
    """A move, asked by the admin if nobody else is named."""
    who = more.pop("who", BOLAT)
    at = f"/cases/{row['case']}/publication/moves"
    return await office.post(at, {"move": move, **more}, who, seen=row["revision"])


async def moved(office: Office, row: dict[str, Any], move: str, **more: Any) -> dict[str, Any]:
    return await done(asked(office, row, move, **more))


async def notified(office: Office) -> dict[str, Any]:
    """A publication of which its named party has a notice."""
    row = await answered(office, await begun(office))
    row = await moved(office, row, "submit", who=AIDA)
    return await moved(office, row, "notify")


async def told(office: Office, row: dict[str, Any]) -> dict[str, Any]:
    """Its notice given by letter at nine o'clock."""
    at = f"/cases/{row['case']}/publication/notices/{row['notices'][0]['id']}:told"
    return await done(office.post(at, {"how": "a letter, handed over", "at": AT}))


async def done(answer: Any) -> dict[str, Any]:
    found = await answer
    assert found.status_code in {200, 201}, found.text
    made: dict[str, Any] = found.json()
    return made
