"""Natural persons in a release: after it was loaded, judged and served, none of it can be found.

The identity number, the name, telephones, addresses and accounts are looked for in every column
of every table, in every log, in the files beside the databases, and in whatever the gateway says.
Only the vault holds them, sealed.
"""

import json
import zlib
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from redis.asyncio import Redis

from ingestor.raw.cipher import Cipher
from shared.vocabulary.identifiers import control_digit, process_id
from tests.harness.purchases import purchase
from tests.journeys.site import Site

pytestmark = pytest.mark.slow

SOURCE, OCID = "persons", "ocds-persons-1"


def iin(serial: int) -> str:
    """The number of nobody, born on the second of March 1985, with its control digit."""
    digits = next(d for n in range(99) if control_digit(d := f"8503023{serial + n:04}") is not None)
    return f"{digits}{control_digit(digits)}"


DAY = "2026-05-04T00:00:00Z"
TRADER, RIVAL, CHIEF = iin(4100), iin(5200), iin(6300)

SECRETS = {
    "number of the winner": TRADER,
    "number of a rival": RIVAL,
    "number in a text": CHIEF,
    "surname of the winner": "Қосымжанов",
    "surname of a rival": "Сәдуақасова",
    "surname of a contact": "Тілеубердиев",
    "telephone": "+7 701 987 65 43",
    "telephone of a buyer": "8 (7172) 11-22-33",
    "e-mail": "kosymzhanov.private@mail.example",
    "street": "Жамбыл көшесі 77-12",
    "account": "KZ86125KZT5004100100",
}


def personal() -> dict[str, Any]:
    """An alarming purchase won by a sole trader, with persons wherever publishers put them."""
    trader = {"id": TRADER, "name": "ИП Қосымжанов Ерлан Маратұлы"}
    rival = {"id": RIVAL, "name": "ЖК Сәдуақасова Айгүл Болатқызы"}
    made = {**purchase(9, alarm=True, now=datetime.now(UTC)), "ocid": OCID, "id": f"{OCID}-1"}
    details = {
        "identifier": {"scheme": "KZ-IIN", "id": TRADER, "legalName": trader["name"]},
        "contactPoint": {
            "name": "Қосымжанов Е.М.",
            "telephone": SECRETS["telephone"],
            "email": SECRETS["e-mail"],
        },
        "address": {"streetAddress": SECRETS["street"]},
        "iik": SECRETS["account"],
    }
    contact = {"name": "Тілеубердиев Асхат", "telephone": SECRETS["telephone of a buyer"]}
    made["parties"] = [
        {**made["parties"][0], "contactPoint": contact},
        {**trader, **details, "roles": ["tenderer", "supplier"]},
        {**rival, "roles": ["tenderer"]},
    ]
    for bid, who in zip(made["bids"]["details"], (rival, rival, trader), strict=True):
        bid["tenderers"] = [who]
    made["awards"][0]["suppliers"] = [trader]
    made["awards"][0]["title"] = f"Жеңімпаз: {trader['name']} (ЖСН {TRADER})"
    made["tender"]["description"] = f"Хатшы: ЖСН {CHIEF}"
    made["tender"]["enquiries"] = [
        {"id": "1", "title": "Сұрақ", "author": rival, "answer": f"Тел. {SECRETS['telephone']}"}
    ]
    made["contracts"] = [executed(trader, made["awards"][0])]
    return made


def executed(trader: dict[str, str], award: dict[str, Any]) -> dict[str, Any]:
    """A contract with an addendum, an act and a payment, each naming the trader."""
    account = {"iik": SECRETS["account"]}
    return {
        "id": "C-9",
        "awardID": award["id"],
        "status": "active",
        "value": award["value"],
        "suppliers": [trader | account],
        "amendments": [{"id": "1", "description": f"{trader['name']}, ЖСН {TRADER}"}],
        "x_acts": [{"id": "1", "amount": 1, "currency": "KZT", "signatory": trader["name"]}],
        "implementation": {
            "transactions": [
                {"id": "1", "value": award["value"], "payee": trader | account, "date": DAY}
            ]
        },
    }


@pytest.fixture(scope="module")
async def served(site: Site) -> dict[str, bytes]:
    """Everything the gateway says of the purchase, come whole, cut short and nameless."""
    whole = json.dumps(personal(), ensure_ascii=False).encode()
    nameless = json.dumps({**personal(), "ocid": None}).encode()
    ended = await site.load(
        site.write("persons.jsonl", [whole, whole[:-40], nameless]), "--source", SOURCE
    )
    assert (ended.rows[0]["accepted"], ended.rows[0]["quarantined"]) == (1, 2)
    process = process_id(SOURCE, OCID)
    paths = [
        *(f"/v1/processes/{process}", f"/v1/scores/process/{process}"),
        *(f"/v1/scores/process/{process}/explanation", f"/v1/ocds/releases?process={process}"),
        *(f"/v1/contracts?process={process}", f"/v1/lots?process={process}"),
        *(f"/v1/processes?source={SOURCE}", f"/v1/alerts?process={process}", "/v1/meta/sources"),
    ]
    answers = {path: await site.client.get(path) for path in paths}
    assert {answer.status_code for answer in answers.values()} == {200}
    return {path: answer.content for path, answer in answers.items()}


def found_in(content: bytes) -> list[str]:
    """Which secrets are in there, as text or as JSON escapes it."""
    return [
        what
        for what, secret in SECRETS.items()
        if secret.encode() in content or json.dumps(secret)[1:-1].encode() in content
    ]


@pytest.mark.check("P7", tier=1, limit="0 found")
async def test_no_answer_of_the_gateway_tells_who_the_persons_are(
    site: Site, served: dict[str, bytes]
) -> None:
    process = json.loads(served[f"/v1/processes/{process_id(SOURCE, OCID)}"])

    assert {path: found_in(body) for path, body in served.items() if found_in(body)} == {}
    [winner] = process["suppliers"]
    assert (winner["id"][:4], winner["name"], winner["person"]) == ("prs_", None, True)
    [contract] = process["contracts"]
    assert (contract["suppliers"], contract["payments"][0]["payee"]) == ([winner], winner)
    assert (contract["counts"]["acts"], contract["counts"]["amendments"]) == (1, 1)
    assert process["enquiries"][0]["title"] == "Сұрақ"
    assert len(json.loads(served[f"/v1/alerts?process={process['id']}"])["data"]) == 1


async def test_persons_have_no_profile_and_no_score_and_cannot_be_searched_for(
    site: Site, served: dict[str, bytes]
) -> None:
    process = json.loads(served[f"/v1/processes/{process_id(SOURCE, OCID)}"])
    pseudonym = process["suppliers"][0]["id"]

    assert await site.status(f"/v1/suppliers/{pseudonym}") in {404, 422}
    assert await site.status(f"/v1/scores/supplier/{pseudonym}") == 404
    for secret in (TRADER, "Қосымжанов", "Сәдуақасова"):
        assert (await site.get("/v1/processes", q=secret))["data"] == []


@pytest.mark.check("P7", tier=1, limit="0 found")
async def test_no_table_but_the_vault_holds_anything_of_the_persons(
    site: Site, served: dict[str, bytes]
) -> None:
    async with site.stage.admin() as admin:
        tables = [tuple(row) for row in await admin.fetch(TABLES)]
        held = {table: await contents(admin, *table) for table in tables}

    speak_of_it = {schema for (schema, _), content in held.items() if OCID.encode() in content}
    assert speak_of_it == {"ingestor", "scoring", "gateway"}
    assert {t: found_in(content) for t, content in held.items() if found_in(content)} == {}


async def test_the_vault_holds_the_persons_sealed_and_opens_with_the_key(
    site: Site, served: dict[str, bytes]
) -> None:
    cipher = Cipher(site.stage.platform.environment("ingestor")["RAW_KEY"])
    async with site.stage.admin() as admin:
        rows = await admin.fetch(
            "SELECT hash, content FROM ingestor_raw.payload WHERE source = $1", SOURCE
        )

    assert len(rows) == 3
    for row in rows:
        assert found_in(row["content"]) == []
        assert "number of the winner" in found_in(cipher.open(row["content"], row["hash"]))


@pytest.mark.check("P7", tier=1, limit="0 found")
async def test_no_log_no_file_and_no_queue_holds_anything_of_the_persons(
    site: Site, served: dict[str, bytes]
) -> None:
    """Someone also asks for a number, as everybody can: what is asked stays out of the logs too."""
    for path in (f"/v1/suppliers/{TRADER}", f"/v1/processes?q={RIVAL}", f"/v1/processes/{CHIEF}"):
        await site.client.get(path)
    place = site.stage.platform.place
    files = [*place.logs.glob("*"), *(place.path / "facts").glob("*"), *place.path.glob("*.json")]

    found = {file.name: found_in(file.read_bytes()) for file in files}
    kept = await queue(site.stage.platform.environment("gateway")["REDIS_URL"])

    assert {name for name in found if name.endswith(".log")} >= {"gateway-api.log", "postgres.log"}
    assert {name: what for name, what in found.items() if what} == {}
    assert found_in(kept) == []


TABLES = """
    SELECT table_schema, table_name FROM information_schema.tables
    WHERE table_type = 'BASE TABLE'
      AND table_schema NOT IN ('pg_catalog', 'information_schema')
    ORDER BY 1, 2
"""


async def contents(connection: asyncpg.Connection, schema: str, table: str) -> bytes:
    """All that a table holds, with what is packed in it unpacked."""
    rows = await connection.fetch(f'SELECT * FROM "{schema}"."{table}"')
    return b"\n".join(plain(value) for row in rows for value in row.values())


def plain(value: Any) -> bytes:
    """A value as bytes; packed ones are unpacked."""
    if not isinstance(value, bytes):
        return str(value).encode("utf-8", "replace")
    try:
        return zlib.decompress(value, 47)
    except zlib.error:
        return value


async def queue(url: str) -> bytes:
    """All that Valkey holds."""
    async with Redis.from_url(url) as redis:
        keys = [key async for key in redis.scan_iter()]
        dumped = [await redis.dump(key) for key in keys]
    return b"\n".join([*keys, *(each or b"" for each in dumped)])
