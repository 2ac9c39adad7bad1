import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from ingestor.sources.samruk.pages import BrokenOff, Search
from ingestor.sources.samruk.translate import of_card, of_notice
from tests.ingestor.office import Office
from tests.ingestor.registers.lists import iin, numbers
from tests.ingestor.test_commands import command

BUYER, SUPPLIER = numbers(2, "9912400")
NOTICE = {
    "id": 900,
    "nameRu": "Поставка труб",
    "sumTruNoNds": 1500000.5,
    "advertStatus": "PUBLISHED",
    "acceptanceBeginDateTime": "2026-03-01T09:00:00Z",
    "acceptanceEndDateTime": "2026-03-16T09:00:00Z",
    "lastModifiedDate": "2026-03-02T09:00:00Z",
    "customer": {"id": 4, "bin": BUYER, "nameRu": "АО «Пример»"},
    "lots": [{"id": 1, "nameRu": "Трубы", "sumTruNoNds": 1500000.5}],
}
CARD = {
    "id": 77,
    "systemNumber": "900/2026/1",
    "advertNumber": "900",
    "contractCardStatus": "EXECUTED",
    "contractDateTime": "2026-04-01T00:00:00Z",
    "lastModifiedDate": "2026-09-01T00:00:00Z",
    "sumNds": 1600000,
    "supplier": {"id": 9, "identifier": SUPPLIER, "nameRu": "ТОО «Труба»"},
    "customer": {"id": 4, "bin": BUYER, "nameRu": "АО «Пример»"},
    "contractItems": [
        {
            "lotId": 1,
            "lotNumber": "1-1",
            "count": 5,
            "truHistory": {"code": "242013", "ru": "Труба"},
        }
    ],
}


async def test_a_notice_and_its_card_are_one_process_and_no_bids_are_made_up(
    office: Office,
) -> None:
    run = await office.take([of_notice(NOTICE), of_card(CARD)], "samruk")

    [body] = (await office.published()).values()
    release: dict[str, Any] = body["release"]
    assert (run.status, run.accepted) == ("complete", 2)
    assert body["ocid"] == "ocds-sk0000-900"
    assert body["counts"]["bids"] == 0
    assert release["tender"]["value"] == {"amount": 1500000.5, "currency": "KZT"}
    assert release["tender"]["status"] == "active"
    contract = release["contracts"][0]
    assert (contract["status"], contract["statusDetails"]) == ("terminated", "EXECUTED")
    assert contract["value"]["amount"] == 1600000
    assert {role for party in body["parties"] for role in party["roles"]} >= {"buyer", "supplier"}


async def test_a_sole_trader_among_suppliers_is_a_pseudonym(office: Office) -> None:
    trader = {"id": 9, "identifier": iin(), "nameRu": "ИП Ахметов Серик"}

    await office.take([of_card({**CARD, "advertNumber": None, "supplier": trader})], "samruk")

    [body] = (await office.published()).values()
    assert body["ocid"] == "ocds-sk0000-c77"
    assert iin() not in json.dumps(body)
    assert "Ахметов" not in json.dumps(body, ensure_ascii=False)


@pytest.mark.parametrize("record", [{}, {"id": 1}, {"id": 1, "lots": 5, "customer": "x"}])
def test_records_with_nothing_in_them_are_no_fault(record: dict[str, Any]) -> None:
    for release in (of_notice(record), of_card(record)):
        assert (release is None) == (not record)


@asynccontextmanager
async def search(answers: list[tuple[int, bytes]]) -> AsyncIterator[Search]:
    """Lend the search of a stand-in that gives these answers one after another."""
    left = list(answers)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        size = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        await reader.readexactly(size)
        status, body = left.pop(0)
        said = f"HTTP/1.1 {status} x\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(said.encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        yield Search(client, rest=0, patience=(0.0, 0.0))


def page(*ids: int) -> tuple[int, bytes]:
    return 200, json.dumps([{"id": one} for one in ids]).encode()


async def test_pages_that_shift_while_one_reads_lose_and_double_nothing() -> None:
    content = json.dumps({"content": [{"id": 3}, {"id": 4}], "totalPages": 9}).encode()
    answers = [page(1, 2), (503, b"busy"), (200, b"<html>"), (200, content), page(4), page()]
    async with search(answers) as at:
        found = [one["id"] async for one in at.notices(100)]

    assert found == [1, 2, 3, 4]


async def test_a_search_that_gives_no_page_is_said_to_have_broken_off() -> None:
    met = []
    async with search([page(1), *[(502, b"")] * 3]) as at:
        with pytest.raises(BrokenOff, match="HTTP 502"):
            met += [one["id"] async for one in at.cards(100)]
    async with search([(200, b'{"error": "moved"}')]) as at:
        with pytest.raises(BrokenOff, match="no page"):
            met += [one["id"] async for one in at.cards(100)]


async def test_the_search_is_taken_in_by_command_and_a_broken_one_is_incomplete(
    office: Office,
) -> None:
    broken = [(502, b"")] * 4
    async with search([listed(NOTICE), page(), listed(CARD), page()]) as at:
        whole = await command(office, "samruk", "--url", str(at.client.base_url), "--rest", "0")
    async with search([listed(NOTICE), page(), *broken]) as at:
        url = str(at.client.base_url)
        cut = await command(office, "samruk", "--url", url, "--rest", "0", "--patience", "0")

    assert (whole.status, whole.err) == (0, "")
    assert list(await office.published()) == [("samruk", "ocds-sk0000-900")]
    assert cut.status == 3
    assert "HTTP 502" in cut.out


def listed(record: dict[str, Any]) -> tuple[int, bytes]:
    return 200, json.dumps([record]).encode()
