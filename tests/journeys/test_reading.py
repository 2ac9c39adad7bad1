"""What those who only read live through: a newcomer, a partner, a mobile client."""

import json
import re
import shlex
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from deploy.local.place import ROOT
from tests.harness.purchases import purchase
from tests.journeys.site import COMPARED, Site, resolve, same, shown_values

pytestmark = pytest.mark.slow


def requests_of_the_readme() -> list[list[str]]:
    """The words of every curl line of the README, continued lines joined."""
    text = (ROOT / "README.md").read_text("utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [shlex.split(line)[1:] for line in lines if line.startswith("curl ")]


async def admin_of(site: Site) -> str:
    """A key like that of the demonstration: an admin's of an organisation of its own."""
    name = ("--organisation", "Newcomers")
    await site.command("gateway", "organisation", "add", "Newcomers")
    words = ("member", "add", "Somebody", *name, "--role", "admin", "--json")
    member = (await site.command("gateway", *words)).rows[0]["id"]
    made = await site.command("gateway", "key", "add", "--json", *name, "--member", member)
    return f"Bearer {made.rows[0]['key']}"


async def ask(site: Site, words: list[str], key: str) -> Any:
    """Do what a curl line does; only address, key and id are those of this platform."""
    options = iter(words)
    headers, body, url = {}, None, ""
    for word in options:
        if word == "-H":
            name, _, value = next(options).partition(": ")
            headers[name] = value.replace("Bearer $KEY", key)
        elif word == "-d":
            body = next(options)
        else:
            url = word.replace("localhost:8000", site.stage.platform.front)
    answer = await site.client.request(
        "POST" if body else "GET", url, headers=headers, content=body
    )
    assert answer.status_code in {200, 201}, f"{words}: {answer.text}"
    return answer.json()


async def test_the_requests_of_the_readme_answer_a_newcomer_word_for_word(site: Site) -> None:
    found, *others = requests_of_the_readme()
    key = await admin_of(site)
    processes = (await ask(site, found, key))["data"]
    named = [[word.replace("PROCESS_ID", processes[0]["id"]) for word in one] for one in others]

    answers = [await ask(site, words, key) for words in named]
    explanation, alerts, legal, case, impact, scores = answers

    assert len(processes) == 3
    assert (explanation["language"], explanation["band"]) == ("kk", "high")
    assert alerts["data"]
    assert {one["code"] for one in legal["refused"]} >= {"pp25_supplier"}
    assert [link["target"] for link in case["links"]] == [processes[0]["id"]]
    assert {one["code"] for one in impact["figures"]} >= {"money_returned"}
    assert [score["id"] for score in scores["data"]] == [processes[0]["id"]]


async def test_a_partner_can_check_every_value_that_explains_the_riskiest_purchase(
    site: Site,
) -> None:
    top = (await site.get("/v1/processes", source="sandbox", sort="-score", limit=1))["data"][0]

    explanation = await site.get(top["links"]["explanation"])
    package = await site.get("/v1/ocds/releases", ocid=top["ocid"])

    [release] = package["releases"]
    flagged = [line for line in explanation["lines"] if line["status"] == "flagged"]
    shown = [evidence for line in flagged for evidence in line["evidence"]]
    assert package["license"] == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert len(flagged) >= 3
    assert all(line["evidence"] for line in flagged if line["context"] is None)
    assert [e for e in shown if not same(e["value"], resolve(release, e["path"]))] == []
    assert {e["release"] for e in shown} == {top["links"]["releases"]}
    assert (await site.get(top["links"]["releases"]))["releases"] == [release]


def hardly_winning(count: int) -> list[bytes]:
    """Calm purchases in which one and the same company always bids and wins the first alone."""
    company = {"id": "050140000001", "name": "Invented company that hardly wins"}
    known = {**company, "identifier": {"scheme": "KZ-BIN", "id": company["id"]}}
    lines = []
    for number in range(count):
        made = purchase(number, alarm=False, now=datetime.now(UTC))
        place = 0 if number else -1
        made["bids"]["details"][place]["tenderers"] = [company]
        made["parties"].append({**known, "roles": ["tenderer"]})
        if not number:
            made["awards"][0]["suppliers"] = [company]
        lines.append(json.dumps(made).encode())
    return lines


async def test_every_value_that_explains_an_invented_purchase_or_party_stands_in_a_release(
    site: Site,
) -> None:
    # a tenth of all, so that buyers and suppliers are compared as soon as they are there
    await site.load("--source", "losing", site.write("losing.jsonl", hardly_winning(130)))
    await site.settled(COMPARED)

    shown = [*await shown_values(site, "sandbox"), *await shown_values(site, "losing")]

    assert len(shown) > 200
    assert {one.subject.split("/")[3] for one in shown} >= {"process", "supplier"}
    assert [one for one in shown if not one.stands] == []


@pytest.mark.parametrize("subject", ["process", "buyer", "supplier"])
async def test_the_lines_of_an_explanation_add_up_to_its_points(site: Site, subject: str) -> None:
    [one, *_] = (await site.get("/v1/processes", source="sandbox", sort="-score", limit=1))["data"]
    ids = {
        "process": one["id"],
        "buyer": one["buyers"][0]["id"],
        "supplier": one["suppliers"][0]["id"],
    }

    explanation = await site.get(f"/v1/scores/{subject}/{ids[subject]}/explanation")

    lines = explanation["lines"]
    counted = sum(line["counted"] for line in lines)
    unknown = sum(line["expected_points"] or 0 for line in lines)
    of_portfolio = explanation["sums"]["of_portfolio"]
    assert (subject == "process") <= (of_portfolio == 0)
    assert counted + of_portfolio == pytest.approx(explanation["points"]["lower"], abs=0.01)
    assert counted + of_portfolio + unknown == pytest.approx(
        explanation["points"]["expected"], abs=0.01
    )
    assert explanation["sums"]["counted"] == pytest.approx(counted)


async def test_an_explanation_speaks_three_languages_and_says_the_same(site: Site) -> None:
    top = (await site.get("/v1/processes", source="sandbox", sort="-score", limit=1))["data"][0]
    said = {}
    for language in ("kk", "ru", "en"):
        answer = await site.client.get(
            top["links"]["explanation"], headers={"Accept-Language": language}
        )
        assert answer.headers["Content-Language"] == language
        assert "Accept-Language" in answer.headers["Vary"]
        said[language] = answer.json()

    for part in ("disclaimer", "notice", "band_label"):
        assert len({document[part] for document in said.values()}) == 3
    for lines in zip(*(document["lines"] for document in said.values()), strict=True):
        for text in ("title", "meaning", "innocent_explanations", "what_would_clear_it", "state"):
            assert len({line[text] for line in lines}) == 3
        for number in ("code", "counted", "status", "evidence"):
            assert lines[0][number] == lines[1][number] == lines[2][number]


async def test_a_telephone_reads_a_hundred_scores_at_once_and_hears_of_ids_that_have_none(
    site: Site,
) -> None:
    known = [row["id"] for row in await site.walk("/v1/processes", source="sandbox", limit=200)]
    asked = [*known[:97], "prc_" + "a" * 26, "ocds-foreign/1", "org_" + "b" * 26]

    answer = await site.client.post("/v1/scores:lookup", json={"ids": asked})

    found = answer.json()
    assert answer.status_code == 200
    assert [score["id"] for score in found["data"]] == asked[:97]
    assert found["missing"] == asked[97:]
    assert len(answer.content) < 40_000


async def test_a_telephone_that_has_the_newest_score_gets_304_and_no_body(site: Site) -> None:
    top = (await site.get("/v1/processes", source="sandbox", sort="-score", limit=1))["data"][0]
    for link in ("score", "explanation", "self"):
        first = await site.client.get(top["links"][link])
        again = await site.client.get(
            top["links"][link], headers={"If-None-Match": first.headers["ETag"]}
        )
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]


async def test_the_profile_of_a_buyer_agrees_with_the_list_of_its_processes(site: Site) -> None:
    one = (await site.get("/v1/processes", source="sandbox", limit=1))["data"][0]
    buyer = one["buyers"][0]["id"]

    profile, listed = await site.steady(
        f"/v1/buyers/{buyer}", f"/v1/processes?buyer={buyer}&limit=200"
    )

    rows = listed["data"]
    assert profile["processes"] == len(rows) > 3
    assert profile["links"]["processes"] == f"/v1/processes?buyer={buyer}"
    assert as_counts(profile["methods"]) == counts(row["method"] for row in rows)
    assert as_counts(profile["bands"]) == counts(row["score"]["band"] for row in rows)
    assert as_counts(profile["flagged"]) == counts(c for r in rows for c in r["score"]["flagged"])
    assert as_sums(profile["awarded"]) == sums(money for row in rows for money in row["awarded"])


async def test_the_profile_of_a_supplier_agrees_with_the_awards_of_its_processes(
    site: Site,
) -> None:
    rows = await site.walk("/v1/processes", source="sandbox", limit=200)
    supplier = next(row["suppliers"][0]["id"] for row in rows if row["suppliers"])

    profile, listed = await site.steady(
        f"/v1/suppliers/{supplier}", f"/v1/processes?supplier={supplier}&limit=200"
    )

    pages = [await site.get(row["links"]["self"]) for row in listed["data"]]
    won = [
        award["value"]
        for page in pages
        for award in page["awards"]
        if award["status"] == "active" and supplier in [each["id"] for each in award["suppliers"]]
    ]
    assert profile["won"] == len(listed["data"]) > 0
    assert profile["processes"] >= profile["won"]
    assert as_sums(profile["awarded"]) == sums(won)


def as_counts(figure: list[dict[str, Any]]) -> dict[str, int]:
    """A figure of a profile."""
    return {row["key"]: row["processes"] for row in figure}


def counts(words: Any) -> dict[str, int]:
    """How often each word comes."""
    found: dict[str, int] = {}
    for word in words:
        found[word] = found.get(word, 0) + 1
    return found


def as_sums(figure: list[dict[str, str]]) -> dict[str, Decimal]:
    """Totals of a profile."""
    return {row["currency"]: Decimal(row["amount"]) for row in figure}


def sums(amounts: Any) -> dict[str, Decimal]:
    """Totals per currency."""
    found: dict[str, Decimal] = {}
    for money in amounts:
        found[money["currency"]] = found.get(money["currency"], Decimal(0)) + Decimal(
            money["amount"]
        )
    return found
