"""BIN, IIN and public ids. Every number here is invented."""

import pytest

from shared.vocabulary.identifiers import (
    PSEUDONYM,
    Bin,
    Iin,
    control_digit,
    is_person_number,
    party_id,
    person_numbers_in,
    person_pseudonym,
    personal_number,
    process_id,
)

KEY = b"a key for tests, nothing else...."


@pytest.mark.parametrize(
    "number", ["991240999991", "990650999988", "990760999976", "BIN 991240999991 "]
)
def test_a_number_with_its_control_digit_and_4_to_6_in_fifth_place_is_a_bin(number: str) -> None:
    assert Bin.parse(number) is not None
    assert not is_person_number(number)


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("991240999992", "control digit"),
        ("991340999995", "month 13"),
        ("850101399996", "fifth digit of a person"),
        ("99124099999", "eleven digits"),
        ("1991240999991", "thirteen digits"),
        ("٩٩١٢٤٠٩٩٩٩٩١", "digits of another script"),
        ("MX-RFC-991240999991", "another country's register"),
        ("", "nothing"),
    ],
)
def test_what_has_any_fault_is_no_bin(number: str, fault: str) -> None:
    assert Bin.parse(number) is None, fault


@pytest.mark.parametrize("number", ["850101399996", "920229399998", "051231599991", "850101300603"])
def test_a_birth_date_a_century_and_a_control_digit_make_a_person(number: str) -> None:
    assert Iin.parse(f"KZ-IIN-{number}") == number
    assert is_person_number(number)


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("910229399996", "29 February 1991"),
        ("000229499992", "29 February 1900"),
        ("850101899998", "no such century"),
        ("850101399997", "control digit"),
    ],
)
def test_an_impossible_birth_or_a_wrong_digit_makes_no_person(number: str, fault: str) -> None:
    assert Iin.parse(number) is None, fault


def test_the_second_round_gives_the_control_digit_where_the_first_gives_ten() -> None:
    assert control_digit("85010130060") == 3


def test_no_number_begins_with_digits_that_give_ten_twice() -> None:
    assert control_digit("85010130069") is None


def test_persons_are_found_inside_a_text_but_not_inside_a_longer_number() -> None:
    text = "ИП Иванов, ИИН 850101399996; счёт 8501013999960; БИН 991240999991"

    assert person_numbers_in(text) == {"850101399996"}


@pytest.mark.check("E6", tier=1, limit="by number")
def test_one_bin_is_one_organisation_in_every_source_and_with_every_prefix() -> None:
    plain = party_id("goszakup", "991240999991", "ТОО Пример")

    assert party_id("samruk", "KZ-BIN-991240999991", "Example LLP") == plain
    assert plain.id.startswith("org_")
    assert not plain.weak


def test_any_other_id_counts_within_its_source_only() -> None:
    assert party_id("a", "77-123", "X").id != party_id("b", "77-123", "X").id
    assert party_id("a", " 77-123 ", "X") == party_id("a", "77-123", "Y")


def test_without_an_id_the_name_stands_in_and_is_weak_whatever_its_case_and_spaces() -> None:
    first = party_id("a", "", "ТОО  Құрылыс")

    assert first == party_id("a", "", "тоо құрылыс ")
    assert first.weak
    assert first.id != party_id("b", "", "ТОО  Құрылыс").id


def test_an_id_that_only_counts_rows_names_nobody() -> None:
    assert party_id("a", "1", "One").id != party_id("a", "1", "Other").id
    assert party_id("a", "1", "One").weak


def test_a_party_with_neither_id_nor_name_has_no_public_id() -> None:
    with pytest.raises(ValueError, match="id or a name"):
        party_id("a", " ", "")


def test_a_number_like_an_iin_with_a_century_nobody_is_born_in_is_one_person_too() -> None:
    odd = "850101799991"

    assert Iin.parse(odd) is None
    assert personal_number(f"ИИН {odd}") == odd
    assert person_pseudonym("a", odd, KEY) == person_pseudonym("b", odd, KEY)
    assert personal_number("991240999991") is None
    assert personal_number("850101799992") is None


def test_one_person_has_one_pseudonym_under_one_key_and_another_under_another() -> None:
    first = person_pseudonym("a", "KZ-IIN-850101399996", KEY)

    assert PSEUDONYM.fullmatch(first)
    assert person_pseudonym("b", "850101399996", KEY) == first
    assert person_pseudonym("a", "850101399996", KEY[::-1]) != first
    assert party_id("a", first, "").id == first


def test_process_ids_are_stable_and_do_not_run_source_and_ocid_together() -> None:
    assert process_id("kz", "1") == "prc_x275oyrgxbrglitjwjrvcrtuxn"
    assert process_id("k", "z1") != process_id("kz", "1")
