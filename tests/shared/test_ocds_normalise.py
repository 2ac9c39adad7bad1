"""The normal form, shape by shape: what publishers write, what it becomes, what is noted."""

from typing import Any

import msgspec
import pytest

from shared.ocds import Refused, counts, newest_date, parties
from tests.support.ocds import normal, noted, release


def test_a_clean_release_stays_as_it_is_and_has_no_notes() -> None:
    assert normal(release()) == (release(), [])


@pytest.mark.parametrize(
    ("received", "becomes", "code"),
    [
        (7, 7, None),
        (12.5, 12.5, None),
        (0, 0, None),
        ("12.5", 12.5, "number_read"),
        ("1e3", 1000, "number_read"),
        ("12,5", 12.5, "number_read"),
        ("1 234 567,50", 1234567.5, "number_read"),
        ("1 234", 1234, "number_read"),
        ("1.234.567", 1234567, "number_read"),
        ("1,234.50", 1234.5, "number_read"),
        ({"$numberLong": "15890000000"}, 15890000000, "number_read"),
        ("1,234", None, "number_expected"),
        ("about 5", None, "number_expected"),
        ("", None, "number_empty"),
        (True, None, "number_expected"),
        ([5], None, "number_expected"),
        (-1, None, "negative"),
        ("-0.01", None, "negative"),
        (1e15, 1e15, None),
        (1.1e15, None, "number_out_of_range"),
        (10**400, None, "number_out_of_range"),
        (float("inf"), None, "number_not_finite"),
        (float("nan"), None, "number_not_finite"),
    ],
)
@pytest.mark.check("B3", tier=1, limit="0 others kept")
@pytest.mark.check("B8", tier=1, limit="0 others kept")
def test_an_amount_is_a_finite_number_from_zero_to_a_thousand_million_million(
    received: Any, becomes: Any, code: str | None
) -> None:
    tender = {"id": "t1", "value": {"amount": received, "currency": "KZT"}}

    mended, notes = normal(release(tender=tender))

    assert mended["tender"]["value"].get("amount") == becomes
    assert [(note.path, note.code) for note in notes] == (
        [("/tender/value/amount", code)] if code else []
    )


@pytest.mark.parametrize(
    ("received", "becomes", "code"),
    [
        (7, "7", "id_as_text"),
        (7.0, "7", "id_as_text"),
        (" a ", "a", "id_as_text"),
        ({"$oid": "5f"}, "5f", "id_as_text"),
        ("", None, "id_empty"),
        (True, None, "id_expected"),
        ({"x": 1}, None, "id_expected"),
        ("x" * 501, None, "id_too_long"),
        ("ü/№ 5", "ü/№ 5", None),
    ],
)
def test_an_id_is_text_without_space_around(
    received: Any, becomes: str | None, code: str | None
) -> None:
    tender = {"id": received}

    assert normal(release(tender=tender)).release["tender"].get("id") == becomes
    assert noted(release(tender=tender)) == ({("/tender/id", code)} if code else set())


@pytest.mark.parametrize(
    ("received", "becomes"),
    [
        ({"id": 1}, [{"id": "1"}]),
        ({"1": {"id": "b"}, "0": {"id": "a"}, "10": {"id": "c"}}, ["a", "b", "c"]),
        ([[{"id": "a"}], None, {"id": "b"}], ["a", "b"]),
        ([{"id": "a"}, {"id": "a"}], ["a"]),
        ([{"id": "a"}, {"id": "a", "title": "x"}, {"id": "a~2"}], ["a", "a~3", "a~2"]),
        ([{"title": "x"}, {"title": "x"}, {"title": "y"}], [None, None]),
        ("none", None),
        ([5, "x", {"id": "a"}], ["a"]),
    ],
)
def test_awards_are_an_array_of_objects_with_ids_of_their_own(received: Any, becomes: Any) -> None:
    got = normal(release(awards=received)).release.get("awards")

    assert got == becomes or [award.get("id") for award in got or []] == becomes
    assert noted(release(awards=received))


def test_what_stands_for_an_object_is_taken_apart_or_wrapped() -> None:
    mended = normal(
        release(
            tender=[{"id": "t1", "value": 5}, {"id": "t2"}],
            buyer="Ministry",
            tag="tender",
            bids=[{"id": "b1", "value": {"amount": {"amount": "5", "currency": "KZT"}}}],
        )
    ).release

    assert mended["tender"] == {"id": "t1", "value": {"amount": 5}}
    assert mended["buyer"] == {"name": "Ministry"}
    assert mended["tag"] == ["tender"]
    assert mended["bids"]["details"][0]["value"] == {"amount": 5, "currency": "KZT"}


def test_known_code_words_regain_their_case_and_unknown_ones_stay() -> None:
    bids = {"details": [{"id": "1", "status": "Valid "}, {"id": "2", "status": "not-qualified"}]}

    mended = normal(release(bids=bids)).release["bids"]["details"]

    assert [bid["status"] for bid in mended] == ["valid", "not-qualified"]


@pytest.mark.parametrize(
    ("received", "becomes"),
    [
        ("a\0b\x07", "ab"),
        ("half \ud800", "half \ufffd"),
        ("и\u0306", "й"),
        ("Қазақстан әғқңөұүһі", "Қазақстан әғқңөұүһі"),
        ("<b>bold</b>\n\ttext", "<b>bold</b>\n\ttext"),
        (5, "5"),
    ],
)
@pytest.mark.check("B6", tier=1, limit="composed and clean")
def test_texts_are_composed_and_free_of_control_characters_and_html_stays(
    received: Any, becomes: str
) -> None:
    mended = normal(release(tender={"title": received}, extra={"note": received})).release

    assert mended["tender"]["title"] == becomes
    assert mended["extra"]["note"] == (becomes if isinstance(received, str) else received)
    msgspec.json.encode(mended)


def test_fields_nobody_declared_are_kept_with_clean_keys_and_finite_numbers() -> None:
    received = release(x={"a\0": 1, "b": float("inf"), "c": [1, float("nan")], "d": 2**70})

    assert normal(received).release["x"] == {"a": 1, "c": [1]}
    assert {code for _, code in noted(received)} == {
        "key_cleaned",
        "number_not_finite",
        "number_out_of_range",
    }


def test_a_dirty_key_of_a_declared_field_gets_its_kind_but_never_replaces_it() -> None:
    assert normal(release(tender={"id\0": 7})).release["tender"] == {"id": "7"}
    assert normal(release(tender={"id\0": 7, "id": "t"})).release["tender"] == {"id": "t"}


@pytest.mark.parametrize(
    ("received", "code"),
    [
        ({}, "ocid_missing"),
        ({"ocid": None}, "ocid_missing"),
        ({"ocid": " "}, "ocid_missing"),
        ({"ocid": {"a": 1}}, "ocid_not_text"),
        ({"ocid": True}, "ocid_not_text"),
        ({"ocid": 1.5}, "ocid_not_text"),
        ({"ocid": "x" * 501}, "ocid_too_long"),
        ([], "not_an_object"),
        (None, "not_an_object"),
        (5, "not_an_object"),
    ],
)
def test_a_release_without_identity_is_refused_with_a_reason(received: Any, code: str) -> None:
    with pytest.raises(Refused) as refused:
        normal(received)

    assert refused.value.refusal.code == code
    assert len(refused.value.refusal.reason) > 20


def test_a_bare_number_as_ocid_becomes_text() -> None:
    assert normal({"ocid": 17}).release == {"ocid": "17"}
    assert noted({"ocid": 17}) == {("/ocid", "id_as_text")}


@pytest.mark.check("B2", tier=1, limit="refused")
def test_nesting_beyond_64_levels_is_refused() -> None:
    deep: Any = 1
    for _ in range(70):
        deep = [deep]

    with pytest.raises(Refused, match="nested deeper"):
        normal(release(x=deep))


def test_an_old_release_without_parties_gets_them_with_their_roles() -> None:
    old = release()
    del old["parties"]
    old["awards"][0]["suppliers"] = {"identifier": {"scheme": "KZ-X", "id": 5, "legalName": "L"}}

    mended, notes = normal(old)

    assert [(party.get("id"), party["roles"]) for party in mended["parties"]] == [
        ("991240999991", ["buyer"]),
        ("A-1001", ["tenderer"]),
        ("B-1002", ["tenderer"]),
        ("KZ-X-5", ["supplier"]),
    ]
    assert mended["awards"][0]["suppliers"][0]["name"] == "L"
    assert ("/parties", "parties_built") in {(note.path, note.code) for note in notes}


def test_a_party_listed_twice_is_joined_and_a_missing_one_is_added() -> None:
    listed = [
        {"id": "991240999991", "roles": ["buyer"]},
        {"id": "991240999991", "name": "ГУ Пример", "roles": ["payer"]},
        {"id": "A-1001", "roles": ["supplier"]},
    ]

    mended = normal(release(parties=listed)).release["parties"]

    assert mended[0] == {"id": "991240999991", "name": "ГУ Пример", "roles": ["buyer", "payer"]}
    assert [party["id"] for party in mended] == ["991240999991", "A-1001", "B-1002"]


def test_the_envelope_maps_every_party_to_its_public_id_and_all_its_roles() -> None:
    nameless = release(buyer={"name": "Школа № 5"})
    mended = normal(nameless).release

    links = {link.name: link for link in parties(mended, "test")}

    assert links["ГУ Пример"].id == parties(normal(release()).release, "other")[0].id
    assert links["Alpha"].roles == ["tenderer", "supplier"]
    assert links["Alpha"].local_id == "A-1001"
    assert (links["Школа № 5"].weak, links["Школа № 5"].local_id) == (True, None)


def test_counts_say_what_a_loader_must_find() -> None:
    found = counts(normal(release()).release)

    assert (found.bids, found.awards, found.contracts, found.items) == (2, 1, 1, 1)
    assert counts({"ocid": "1"}) == type(found)(0, 0, 0, 0)
    assert str(newest_date(release())) == "2025-03-01 09:00:00+00:00"
    assert newest_date({"ocid": "1"}) is None


def test_a_thousand_faults_of_one_kind_make_fifty_notes_and_their_number() -> None:
    items = [{"id": number} for number in range(1000)]

    notes = normal(release(tender={"items": items})).notes

    assert len(notes) == 51
    assert notes[0].received == "and 950 more"
