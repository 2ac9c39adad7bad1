"""The imitated portal's answers have the fields and types of real ones, where those lie beside."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from deploy.local.place import ROOT
from tests.deploy.sandbox_portal import Asker, portal

SAMPLES = ROOT.parent / "shared" / "data" / "goszakup-samples"

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not SAMPLES.is_dir(), reason="the real answers do not lie beside us"),
]

NUMBERS = {int, float}

LISTS = {
    "GET /v3/journal?date_from=&date_to=": "/v3/journal?date_from=2026-05-18&date_to=2026-05-19",
    "GET /v3/subject": "/v3/subject",
    "GET /v3/subject/all": "/v3/subject/all",
    "GET /v3/rnu": "/v3/rnu",
    "GET /v3/plans": "/v3/plans",
    "GET /v3/plans/kato": "/v3/plans/kato",
    "GET /v3/trd-buy": "/v3/trd-buy",
    "GET /v3/trd-buy/all": "/v3/trd-buy/all",
    "supplier applications list (path not shown in the public copy; /v3/trd-app assumed)": (
        "/v3/trd-app"
    ),
    "GET /v3/lots": "/v3/lots",
    "GET /v3/contract": "/v3/contract",
    "GET /v3/acts and /v3/acts/{id}": "/v3/acts",
}
SHORT = {"GET /v3/subject", "GET /v3/rnu", "GET /v3/plans", "GET /v3/trd-buy", "GET /v3/contract"}


@pytest.fixture(scope="module")
def asker() -> Iterator[Asker]:
    with portal() as asker:
        yield asker


def sample(name: str) -> Any:
    return json.loads((SAMPLES / name).read_text("utf-8"))


@pytest.mark.parametrize("example", LISTS)
def test_a_rest_list_has_the_fields_of_its_documented_example(asker: Asker, example: str) -> None:
    real = sample("rest_v3_examples.json")[example]
    ours = asker.get(LISTS[example])

    assert {"total", "limit", "items"} <= ours.keys()
    assert real["items"][0].keys() <= ours["items"][0].keys()
    if example in SHORT:
        assert real["items"][0].keys() == ours["items"][0].keys()
    for name, value in real["items"][0].items():
        assert_like(name, value, [row[name] for row in ours["items"]])


@pytest.mark.parametrize(
    ("example", "path"),
    [
        ("GET /v3/subject/biin/{biin}", "/v3/subject/biin/{bin}"),
        ("GET /v3/subject/biin/{biin}/address", "/v3/subject/biin/{bin}/address"),
        ("GET /v3/subject/biin/{biin}/employees", "/v3/subject/biin/{bin}/employees"),
        ("GET /v3/rnu/{biin}", "/v3/rnu/{unfair}"),
        ("GET /v3/plans/{customer_bin}", "/v3/plans/{bin}"),
        (
            "GET /v3/trd-buy/{id} and /v3/trd-buy/number-anno/{number}",
            "/v3/trd-buy/number-anno/{anno}",
        ),
        ("GET /v3/contract/{id}, /v3/contract/all items", "/v3/contract/{contract}"),
        ("GET /v3/contract/{id}/units", "/v3/contract/{contract}/units"),
        ("GET /v3/treasury-pay/{contract_id}", "/v3/treasury-pay/{paid}"),
        ("GET /v3/trd-buy/{id}/commission", "/v3/trd-buy/{tender}/commission"),
    ],
)
def test_a_single_address_has_the_fields_of_its_documented_example(
    asker: Asker, example: str, path: str
) -> None:
    tender = next(
        row["id"] for row in asker.rows("TrdBuy", fields="id Commission{id}") if row["Commission"]
    )
    known = {
        "bin": asker.get("/v3/plans")["items"][0]["bin"],
        "unfair": asker.get("/v3/rnu")["items"][0]["supplier_biin"],
        "anno": asker.get("/v3/trd-buy")["items"][0]["number_anno"],
        "contract": asker.get("/v3/contract")["items"][0]["id"],
        "paid": asker.get("/v3/treasury-pay")["items"][0]["contract_id"],
        "tender": tender,
    }
    real, ours = (
        answer["items"][0] if "items" in answer else answer
        for answer in (sample("rest_v3_examples.json")[example], asker.get(path.format(**known)))
    )

    assert real.keys() <= ours.keys()


@pytest.mark.parametrize("example", ["404 body (subject)", "404 body (rnu)"])
def test_what_is_missing_is_told_in_the_documented_words(asker: Asker, example: str) -> None:
    path = "/v3/subject/biin/000000000000" if "subject" in example else "/v3/rnu/000000000000"

    assert asker.get(path, 404) == sample("rest_v3_examples.json")[example]


@pytest.mark.parametrize(
    ("root", "name"),
    [
        ("TrdBuy", "graphql_trdbuy.json"),
        ("Lots", "graphql_lots.json"),
        ("Contract", "graphql_contract.json"),
        ("TrdApp", "graphql_trdapp_bids.json"),
        ("Plans", "graphql_plans.json"),
    ],
)
def test_graphql_gives_every_field_of_the_live_answers_with_its_type(
    asker: Asker, root: str, name: str
) -> None:
    reals = sample(name)
    merged = merge(reals)

    ours = asker.rows(root, fields=selection(merged))

    check(merged, ours, root)


def test_the_schema_has_every_type_field_and_filter_of_the_introspection(asker: Asker) -> None:
    query = "{__schema{types{name fields{name} inputFields{name}}}}"
    types = asker.ask(query)["data"]["__schema"]["types"]
    ours = {
        kind["name"]: {one["name"] for one in kind["fields"] or kind["inputFields"] or ()}
        for kind in types
    }

    for name, kind in sample("graphql_types.json")["types"].items():
        assert set(kind["fields"]) <= ours[name], name


def merge(values: list[Any]) -> Any:
    """One example with the fields of all; of a list its first element."""
    merged: dict[str, Any] = {}
    for value in values:
        for name, one in value.items():
            inner = one if isinstance(one, list) else [one]
            if inner and isinstance(inner[0], dict):
                merged[name] = merge([*([merged[name]] if merged.get(name) else []), *inner])
            elif merged.get(name) in (None, []):
                merged[name] = one
    return merged


def selection(example: Mapping[str, Any]) -> str:
    return " ".join(
        f"{name}{{{selection(value)}}}" if isinstance(value, dict) and value else name
        for name, value in example.items()
        if value != []
    )


def check(example: Mapping[str, Any], rows: list[dict[str, Any]], where: str) -> None:
    for name, value in example.items():
        if value == []:
            continue
        found = [row[name] for row in rows]
        if isinstance(value, dict):
            inner = [x for one in found for x in (one if isinstance(one, list) else [one]) if x]
            assert inner, f"{where}.{name} is empty everywhere"
            check(value, inner, f"{where}.{name}")
        else:
            assert_like(f"{where}.{name}", value, found)


def assert_like(name: str, real: Any, ours: list[Any]) -> None:
    """Values of ours have the type of a real one, or are null; somewhere there is one."""
    if real is None:
        return
    kinds = {type(value) for value in ours if value is not None}
    wanted = NUMBERS if type(real) in NUMBERS else {type(real)}
    assert kinds <= wanted, f"{name}: {kinds} instead of {wanted}"
