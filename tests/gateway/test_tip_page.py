"""The page of tips in a browser: it seals what is written before it leaves, and keeps nothing.

Pictures go where `QADAGA_PICTURES` says, for somebody to look at.
"""

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Request, async_playwright

from deploy.sdk.python.qadaga_client import tips
from deploy.sdk.python.qadaga_client.pictures import stripped
from tests.cases.evidence.files import photograph, place_in
from tests.gateway.casework import opened_casework
from tests.gateway.house import House
from tests.gateway.test_portal_in_a_browser import BROWSER, PHONE, barriers_of, served
from tests.gateway.tip_people import Recipients
from tests.support.postgres import Cluster

SECRET = "Көпірдің тіреуі қағазда ғана"
PATIENCE = 120_000
"""Milliseconds: Argon2id in a page, on a slow machine."""

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.extra,
    pytest.mark.skipif(BROWSER is None, reason="there is no Chromium on this machine"),
]


@pytest.fixture
async def line(house: House, cluster: Cluster, tmp_path: Path) -> AsyncIterator[Recipients]:
    async with opened_casework(house, cluster, tmp_path) as casework:
        desk = casework.office.app.state.desk
        desk.settings = desk.settings.model_copy(update={"tip_work_bits": 2})
        recipients = Recipients(casework)
        await recipients.open()
        yield recipients


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as driver:
        made = await driver.chromium.launch(
            executable_path=BROWSER,
            args=["--no-sandbox", "--disable-quic", "--disable-background-networking"],
        )
        yield made
        await made.close()


async def test_a_tip_is_sealed_in_the_page_and_answered_by_receipt_without_a_trace(
    line: Recipients, house: House, browser: Browser, tmp_path: Path
) -> None:
    pictures = Path(os.environ.get("QADAGA_PICTURES", tmp_path))
    pictures.mkdir(exist_ok=True)
    asked: list[Request] = []
    faults: list[str] = []
    async with served(house) as address:
        page = await browser.new_page(viewport=PHONE)
        page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 (it is marked)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text))
        await page.goto(f"{address}/kk/tip")
        await page.locator("#tell").wait_for()
        await page.screenshot(path=pictures / "phone-kk-tip.png", full_page=True)
        barriers = await barriers_of(page)
        receipt, kept_as_it_is = await _tell(page)
        await page.screenshot(path=pictures / "phone-kk-tip-sent.png", full_page=True)
        [tip] = (await line.casework.ask("GET", "/inbox/tips", line.keys["editor"])).json()["data"]
        pieces = await line.casework.ask(
            "GET", f"/inbox/tips/{tip['id']}/pieces", line.keys["editor"]
        )
        readers = {key["id"]: key["public_key"] for key in tip["recipients"]}
        channels = (await house.client.get("/v1/tips/channels")).json()
        answer = tips.seal(channels, {"text": "Қай өзен?"}, {**readers, "tip": tip["public_key"]})
        await line.casework.ask(
            "POST", f"/inbox/tips/{tip['id']}/messages", line.keys["editor"], answer
        )
        await page.fill("#shown", receipt.lower())
        await page.click("#open button")
        await page.locator("#talk").wait_for(timeout=PATIENCE)
        talk = await page.locator("#messages li").all_text_contents()
        await page.screenshot(path=pictures / "phone-kk-tip-talk.png", full_page=True)
        state = await page.locator("#status").inner_text()
        wide = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        kept = await page.evaluate(
            "JSON.stringify([document.cookie, localStorage.length, sessionStorage.length,"
            " history.length, location.pathname + location.search + location.hash])"
        )
        cookies = await page.context.cookies()
        sent = [request.post_data or "" for request in asked]
        await page.click("#withdraw")
        await page.locator("#talk").wait_for(state="hidden")

    private = tips.load_private(line.private["editor"])
    found = [
        tips.open_piece(each["content"], each["keys"][line.key_ids["editor"]], private)
        for each in pieces.json()["data"]
        if each["kind"] == "tip"
    ]
    chunks = [each for each in pieces.json()["data"] if each["kind"] == "chunk"]
    files = {tips.open_file([each], {line.key_ids["editor"]: private}) for each in chunks}
    assert found == [{"text": SECRET, "objects": ["777-OK1"], "files": ["note.txt", "road.jpg"]}]
    assert len(chunks) == 2
    assert files == {SECRET.encode(), stripped(photograph())}
    assert place_in(photograph())
    assert "note.txt" in kept_as_it_is
    assert "road.jpg" not in kept_as_it_is
    assert [each.partition(": ")[2] for each in talk] == [SECRET, "Қай өзен?"]
    assert (faults, barriers, wide, state) == ([], [], 0, "Келіп түсті")
    assert json.loads(kept) == ["", 0, 0, 2, "/kk/tip"]
    assert cookies == []
    assert all(request.url.startswith(address) for request in asked)
    assert not [request.url for request in asked if receipt in request.url]
    for secret in (SECRET, receipt, receipt.replace("-", ""), "777-OK1"):
        assert not [body for body in sent if secret in body]


async def _tell(page: Page) -> tuple[str, str]:
    """Write a tip with files and send it; return the receipt, and what nothing is taken off.

    A picture that cannot be read is told before anything is sent.
    """
    await page.fill("#text", SECRET)
    await page.fill("#objects", "777-OK1")
    broken = {"name": "cut.jpg", "mimeType": "image/jpeg", "buffer": photograph()[:400]}
    await page.set_input_files("#files", broken)  # type: ignore[arg-type]
    await page.click("#tell button")
    await page.locator("#said:has-text('Сурет оқылмады')").wait_for(timeout=PATIENCE)
    await page.locator("#tell button:enabled").wait_for(timeout=PATIENCE)
    note = {"name": "note.txt", "mimeType": "text/plain", "buffer": SECRET.encode()}
    road = {"name": "road.jpg", "mimeType": "image/jpeg", "buffer": photograph()}
    await page.set_input_files("#files", [note, road])  # type: ignore[arg-type]
    await page.locator("#kept:has-text('.txt')").wait_for(timeout=PATIENCE)
    kept = await page.locator("#kept").inner_text()
    await page.click("#tell button")
    await page.locator("#sent").wait_for(timeout=PATIENCE)
    await page.locator("#open button:enabled").wait_for(timeout=PATIENCE)
    return await page.locator("#receipt").inner_text(), kept
