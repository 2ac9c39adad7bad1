"""The portal and the API reference as people see them: drawn by a browser, readable by everybody.

Pictures go where `QADAGA_PICTURES` says, for somebody to look at.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, Page, ViewportSize, async_playwright

from deploy.servers import free_port
from gateway.portal.render import SECTIONS
from tests.gateway.builders import indicator, source
from tests.gateway.house import House

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1280, "height": 900}

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.extra,
    pytest.mark.skipif(BROWSER is None, reason="there is no Chromium on this machine"),
]


@asynccontextmanager
async def served(house: House) -> AsyncIterator[str]:
    """Serve a gateway that runs already."""
    port = free_port()
    config = uvicorn.Config(house.app, port=port, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as driver:
        made = await driver.chromium.launch(
            executable_path=BROWSER,
            args=["--no-sandbox", "--disable-quic", "--disable-background-networking"],
        )
        yield made
        await made.close()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = Path(os.environ.get("QADAGA_PICTURES", tmp_path))
    folder.mkdir(exist_ok=True)
    return folder


async def faults_of(page: Page, address: str, path: str, picture: Path) -> list[str]:
    """Draw a page and return what is wrong with it."""
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    await page.goto(f"{address}/{path}")
    await page.screenshot(path=picture, full_page=True)
    wide = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    elsewhere = [url for url in asked if not url.startswith(address)]
    return said + elsewhere + ([f"{wide} too wide"] if wide > 0 else [])


async def barriers_of(page: Page) -> list[str]:
    """Return what keeps somebody from reading a page that is drawn (WCAG, by axe)."""
    found = await Axe().run(page)
    return [each["id"] for each in found.response["violations"]]


@pytest.mark.parametrize(("name", "size"), [("phone", PHONE), ("desk", DESK)])
async def test_every_page_is_readable_on_a_phone_and_by_a_screen_reader(
    house: House, browser: Browser, pictures: Path, name: str, size: ViewportSize
) -> None:
    await house.fill("sources", source())
    await house.fill("catalogue", indicator("R018"))
    faults: dict[str, list[str]] = {}
    async with served(house) as address:
        for path in [*(f"kk/{section}" for section in SECTIONS), "ru/", "en/indicators/R018"]:
            page = await browser.new_page(viewport=size)
            picture = pictures / f"{name}-{path.strip('/').replace('/', '-')}.png"
            faults[path] = await faults_of(page, address, path, picture)
            if size is PHONE:  # the markup is the same for both
                faults[path] += await barriers_of(page)
            await page.close()

    assert {path: found for path, found in faults.items() if found} == {}


async def test_the_reference_draws_itself_without_anything_from_elsewhere(
    house: House, browser: Browser, pictures: Path
) -> None:
    asked: list[str] = []
    async with served(house) as address:
        page = await browser.new_page(viewport=DESK)
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(f"{address}/docs")
        await page.get_by_text("/v1/processes", exact=True).first.wait_for()
        await page.screenshot(path=pictures / "docs.png")

    assert all(url.startswith((address, "data:")) for url in asked)
