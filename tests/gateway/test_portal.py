"""The portal: everybody reads it, in three languages, with nothing fetched from elsewhere."""

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest

from gateway.portal.render import PROSE, SECTIONS
from gateway.portal.words import WORDS
from shared.vocabulary.text import LANGUAGES, Language
from tests.gateway.builders import indicator, source
from tests.gateway.house import House, opened_house, problem

PAGES = [f"/{language}/{page}" for language in LANGUAGES for page in SECTIONS]


class Read(HTMLParser):
    """What a browser would find: languages, addresses, and whether every tag is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.language = ""
        self.levels: list[int] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in {"meta", "link", "br", "img", "input"}:
            self.open.append(tag)
        self.addresses += [given[name] or "" for name in ("href", "src", "action") if name in given]
        if tag == "html":
            self.language = given["lang"] or ""
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture
async def open_house(house: House) -> House:
    await house.fill("sources", source())
    await house.fill("catalogue", indicator("R018"))
    return house


async def test_every_page_is_there_in_every_language_and_leads_nowhere_else(
    open_house: House,
) -> None:
    leads: set[str] = set()
    for path in [*PAGES, "/kk/indicators/R018"]:
        answer = await open_house.client.get(path)
        assert (answer.status_code, path) == (200, path)
        assert "default-src 'none'; style-src 'self';" in answer.headers["content-security-policy"]
        page = Read(answer.text)
        assert page.open == []
        assert page.language == path.split("/")[1]
        assert page.levels[0] == 1
        assert page.levels.count(1) == 1
        assert "{{" not in answer.text
        leads |= set(page.addresses)

    assert {lead for lead in leads if not lead.startswith(("/", "#"))} == set()
    for lead in sorted(lead for lead in leads if lead.startswith("/")):
        assert ((await open_house.client.get(lead)).status_code, lead) == (200, lead)


async def test_people_get_a_page_in_their_language_and_programs_a_document(
    open_house: House,
) -> None:
    seen = {
        "accept": "text/html,application/xhtml+xml,*/*;q=0.8",
        "accept-language": "kk-KZ,kk;q=0.9,ru;q=0.5",
    }

    people = await open_house.client.get("/", headers=seen)
    program = await open_house.client.get("/")
    told = await open_house.client.get("/problems/rate_limited", headers=seen)

    assert people.headers["content-language"] == "kk"
    assert 'lang="kk"' in people.text
    assert program.json()["documentation"] == "/docs"
    assert "Accept" in people.headers["vary"]
    assert "Accept" in program.headers["vary"]
    assert "429" in told.text


async def test_indicators_are_told_with_what_they_were_worth_and_status_with_its_sources(
    open_house: House,
) -> None:
    listed = (await open_house.client.get("/ru/indicators")).text
    one = (await open_house.client.get("/ru/indicators/R018")).text
    status = (await open_house.client.get("/en/status")).text
    changes = (await open_house.client.get("/en/changes")).text

    assert '<a href="/ru/indicators/R018">R018</a>' in listed
    assert WORDS["innocent_explanations"].ru in one
    assert "releases" in status
    assert "list_processes" in changes
    assert problem(await open_house.client.get("/ru/indicators/R999")) == (404, "not_found")
    assert problem(await open_house.client.get("/ru/nothing")) == (404, "not_found")
    assert problem(await open_house.client.get("/de/")) == (404, "not_found")


async def test_what_came_of_flags_is_told_beside_what_was_measured_in_three_languages(
    house: House,
) -> None:
    found = {"handled": 14, "dismissed": {"data_error": 2, "duplicate": 4}, "unfounded": 1}
    found |= {"refuted": 0, "confirmed": 7, "as_of": "2026-03-02"}
    bounds = {"lower": 0.3968, "upper": 0.8922}
    known = found | {"decided": 10, "insufficient": False, "precision": 0.7, "interval": bounds}
    few = found | {"decided": 9, "insufficient": True, "precision": None, "interval": None}
    of = {"R018": known, "R019": few, "R020": None}
    await house.fill("catalogue", *(indicator(code, in_practice=one) for code, one in of.items()))
    for language, line, reasons, too_few, none in (
        ("kk", "Кейссіз жабылғаны: 6", "деректерде қате: 2", "дерек аз, n = 9", "әзірге жоқ"),
        ("ru", "Закрыто без кейса: 6", "ошибка в данных: 2", "мало данных, n = 9", "пока нет"),
        ("en", "Dismissed: 6", "the data are wrong: 2", "too few, n = 9", "none yet"),
    ):
        listed = (await house.client.get(f"/{language}/indicators")).text
        pages = {
            code: (await house.client.get(f"/{language}/indicators/{code}")).text for code in of
        }

        assert "0.70 (0.40–0.89), n = 10" in listed
        assert too_few in listed
        assert none in listed
        assert f"<li>{line} ({reasons}; " in pages["R018"]
        assert "0.70 (0.40–0.89), n = 10" in pages["R018"]
        assert "2026-03-02" in pages["R018"]
        assert too_few in pages["R019"]
        assert "0.70" not in pages["R019"]
        assert none in pages["R020"]


@pytest.mark.check("B11", tier=1, limit="0 run")
async def test_what_a_publisher_wrote_is_shown_and_never_run(house: House) -> None:
    await house.fill("sources", source("<script>alert(1)</script>"))

    status = (await house.client.get("/en/status")).text

    assert "&lt;script&gt;" in status
    assert "<script" not in status


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_guides_name_addresses_that_exist(house: House, language: Language) -> None:
    paths = (await house.client.get("/openapi.json")).json()["paths"]
    known = [re.compile(re.sub(r"\\{\w+\\}", "[^/?]+", re.escape(path))) for path in paths]
    for page in PROSE:
        html = (await house.client.get(f"/{language}/{page}")).text
        for named in set(re.findall(r"/v1/[\w/:-]+", html)):
            assert any(path.fullmatch(named) for path in known), (language, page, named)


def test_kazakh_and_russian_words_are_not_the_same() -> None:
    same = [name for name, text in WORDS.items() if text.kk == text.ru]

    assert same == []


async def test_in_the_sandbox_a_key_for_trying_is_one_click_away_and_works_for_fourteen_days(
    house: House, database_url: str, valkey_url: str
) -> None:
    async with opened_house(house.database, database_url, valkey_url, mode="test") as sandbox:
        asked = await sandbox.client.get("/kk/key")
        taken = await sandbox.client.post("/kk/key")
        found = re.search(r"qdg_test_\w+", taken.text)
        assert found is not None
        key = {"Authorization": f"Bearer {found[0]}"}
        usage = await sandbox.client.get("/v1/usage", headers=key)
        by_api = await sandbox.client.post("/v1/trials")
        flood = [(await sandbox.client.post("/v1/trials")).status_code for _ in range(6)]

    assert '<form method="post" action="/kk/key">' in asked.text
    assert taken.headers["cache-control"] == "no-store"
    assert usage.json()["tier"] == "trial"
    assert by_api.status_code == 201
    ends = datetime.fromisoformat(by_api.json()["expires_at"])
    assert timedelta(days=13) < ends - datetime.now(UTC) <= timedelta(days=14)
    assert by_api.json()["organisation"] not in taken.text
    assert flood == [201, 201, 201, 429, 429, 429]


async def test_a_gateway_of_real_data_gives_no_key_for_trying(house: House) -> None:
    page = await house.client.get("/ru/key")

    assert "<form" not in page.text
    assert WORDS["key_elsewhere"].ru.split(":")[0] in page.text
    assert problem(await house.client.post("/ru/key")) == (403, "no_trials")
    assert problem(await house.client.post("/v1/trials")) == (403, "no_trials")
