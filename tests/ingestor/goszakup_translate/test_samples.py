"""The real answers beside the repository, translated by the command as anybody would."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import ocdsmerge
import pytest

from ingestor.compile import MERGE_RULES
from tests.ingestor.goszakup_translate.cases import KEY, SAMPLES, faults, sample_files

pytestmark = pytest.mark.realdata

TRADERS = ("000101805903", "000101761938", "000101799925", "000101889964", "000101853715")


@cache
def run(*files: str) -> subprocess.CompletedProcess[str]:
    """Translate files in a process of its own."""
    command = [sys.executable, "-m", "ingestor", "translate", "goszakup", *files]
    environment = {"PSEUDONYM_KEY": KEY.decode(), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def translated(*files: str) -> dict[str, dict[str, Any]]:
    """Return the releases by what follows the prefix of the ocid."""
    lines = [json.loads(line) for line in run(*files).stdout.splitlines()]
    return {line["ocid"].removeprefix("ocds-kz0000-"): line for line in lines}


def all_samples() -> dict[str, dict[str, Any]]:
    return translated(*sample_files())


def test_every_sample_becomes_valid_ocds() -> None:
    releases = all_samples()

    assert len(releases) == 30
    assert {ocid: faults(release) for ocid, release in releases.items() if faults(release)} == {}


def test_the_reference_library_merges_every_release() -> None:
    merger = ocdsmerge.Merger(merge_rules=MERGE_RULES)

    for release in all_samples().values():
        assert merger.create_compiled_release([release])["ocid"] == release["ocid"]


def test_the_command_ends_well_and_says_what_it_set_aside() -> None:
    done = run(*sample_files())

    assert done.returncode == 0
    assert "30 releases; 11 records set aside" in done.stderr
    assert "application 72141138: it names no notice" in done.stderr
    assert "graphql_types.json: it holds no answer of the portal" in done.stderr


def test_a_notice_says_what_its_page_says() -> None:
    release = all_samples()["17379679"]

    tender = release["tender"]
    assert (tender["id"], tender["title"]) == ("17379679", "продукты питания гречка")
    assert tender["value"] == {"amount": 22500, "currency": "KZT"}
    assert (tender["status"], tender["statusDetails"]) == ("active", "210 Опубликовано")
    assert tender["datePublished"] == "2026-07-24T19:55:42+05:00"
    assert tender["tenderPeriod"]["endDate"] == "2026-07-28T19:59:23+05:00"
    assert release["buyer"]["id"] == "KZ-BIN-020340002199"
    (lot,) = tender["lots"]
    assert (lot["id"], lot["x_number"], lot["x_kato"]) == (
        "42700127",
        "81861406-ЗЦП1",
        ["551010000"],
    )
    (item,) = tender["items"]
    assert (item["quantity"], item["relatedLot"]) == (75, "42700127")
    types = [document["documentType"] for document in tender["documents"]]
    assert types == ["technicalSpecifications", "contractDraft"]


def test_two_answers_about_one_lot_are_joined_and_its_43_products_are_items() -> None:
    tender = all_samples()["17379678"]["tender"]

    assert [lot["id"] for lot in tender["lots"]] == ["42700126"]
    assert len(tender["items"]) == 43
    assert tender["items"][0]["classification"] == {
        "scheme": "KZ-ENSTRU",
        "id": "257113.900.000001",
        "description": "Машинка ручная",
    }


def test_a_notice_known_by_its_lot_alone_has_the_lots_number_and_date() -> None:
    tender = all_samples()["17379671"]["tender"]

    assert tender["id"] == "17379671"
    assert tender["datePublished"] == "2026-07-24T19:55:07+05:00"
    assert (tender["procurementMethod"], tender["mainProcurementCategory"]) == ("open", "goods")
    assert tender["lots"][0]["value"]["amount"] == 3103400


def test_contracts_with_and_without_a_notice_say_their_sums_and_numbers() -> None:
    releases = all_samples()

    (of_notice,) = releases["17359331"]["contracts"]
    assert of_notice["title"] == "970140002674/260023/00"
    assert of_notice["value"] == of_notice["x_net"] == {"amount": 215000, "currency": "KZT"}
    assert of_notice["dateSigned"] == "2026-07-27T06:12:40+05:00"
    assert (of_notice["status"], of_notice["relatedLots"]) == ("active", ["42654530"])
    direct = releases["c25609834"]
    assert direct["tender"]["procurementMethod"] == "direct"
    assert direct["buyer"]["id"] == "KZ-BIN-001040002068"
    assert direct["contracts"][0]["awardID"] == direct["awards"][0]["id"]


def test_a_plan_point_without_notice_is_a_process_of_its_own() -> None:
    release = all_samples()["p87460941"]

    (point,) = release["planning"]["x_plan_points"]
    assert (point["id"], point["amount"], point["month"]) == ("87589888", 108000, 8)
    assert point["enstru"] == "222314.700.000093"
    assert "tender" not in release


def test_the_bids_join_the_notice_of_their_lots_once_these_are_there(tmp_path: Path) -> None:
    sample_files()
    lots = [
        {"id": lot, "lotNumber": f"{lot}-ЗЦП1", "trdBuyId": 17375000, "refLotStatusId": 360,
         "customerBin": "020340002199", "lastUpdateDate": "2026-07-27 10:00:00"}
        for lot in (42667204, 42667205)
    ]  # fmt: skip
    (tmp_path / "lots.json").write_text(json.dumps({"data": {"Lots": lots}}), "utf-8")

    made = translated(str(tmp_path / "lots.json"), str(SAMPLES / "graphql_trdapp_bids.json"))

    (release,) = made.values()
    assert faults(release) == []
    assert release["tender"]["numberOfTenderers"] == 4
    assert [one["value"]["amount"] for one in release["bids"]["details"]] == [
        378000,
        482520,
        518220,
        284000,
    ]
    awards = {award["id"]: award for award in release["awards"]}
    assert {name: one["status"] for name, one in awards.items()} == {
        "86535919": "active",
        "86509112": "active",
    }
    ranks = [[one.get("rank") for one in bid["lotValues"]] for bid in release["bids"]["details"]]
    assert sorted(rank for one in ranks for rank in one if rank) == [1, 1, 2]
    assert awards["86509112"]["value"]["amount"] == 284000


def test_no_number_or_name_of_a_sole_trader_is_in_the_output() -> None:
    written = run(*sample_files()).stdout

    assert [number for number in TRADERS if number in written] == []
    assert "ФИО СКРЫТО" not in written
    assert "ИП " not in written
