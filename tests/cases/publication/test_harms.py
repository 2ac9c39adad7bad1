"""What keeps a public text back: accusing words, what tells of persons, figures unsourced."""

from typing import Any

import pytest

from cases.publication.checklist import checklist
from cases.publication.harms import harms, in_text, unseen
from shared.vocabulary.wording import black_listed

ACUTE = "\u0301"
SOFT = "\u00ad"


@pytest.mark.parametrize(
    ("text", "checks"),
    [
        ("Договор подписан за два дня, это повод для проверки.", []),
        ("Сумма 8 700 000 000 тенге, договор № 77 000 000 000.", []),
        ("БСН 990340005977 бойынша ұйым Абай көшесінде.", []),
        ("Заказчик участвовал в сговоре.", ["accusing_word"]),
        (f"Заказчик участвовал в сго{ACUTE}воре.", ["accusing_word"]),
        (f"Заказчик участвовал в сго{SOFT}воре.", ["accusing_word"]),
        ("Зaказчик – вop.", ["accusing_word"]),  # Latin a, o, p
        ("Бұл компания жемқор.", ["accusing_word"]),
        ("The buyer is ｃｏｒｒｕｐｔ.", ["accusing_word"]),
        ("ЖСН 900101300123 болған.", []),  # its control digit does not fit
        ("ЖСН 900101300017 болған.", ["iin"]),
        ("ЖСН 9001 0130 0017 болған.", ["iin"]),
        ("ЖСН ٩٠٠١٠١٣٠٠٠١٧ болған.", ["iin"]),
        ("Звоните +7 (701) 123-45-67.", ["telephone"]),
        ("Звоните 8 7172 55 55 55.", ["telephone"]),
        ("Write to +44 20 7946 0958.", ["telephone"]),
        ("Write to road.buyer@example.kz now.", ["mail_address"]),
        ("Подписал И.И. Иванов.", ["person_named"]),
        ("Подписал Иванов И. И.", ["person_named"]),
        ("Қол қойған Ахмет Байтұрсынұлы.", ["person_named"]),
        ("Подписала Ольга Петровна.", ["person_named"]),
    ],
)
def test_a_public_text_is_kept_back_by_what_it_says_of_persons_and_by_accusing(
    text: str, checks: list[str]
) -> None:
    assert [one.check for one in in_text(text, "/texts/ru/body")] == checks


def test_what_is_found_is_not_told_again_but_its_end() -> None:
    found = list(in_text("ЖСН 900101300017, +7 701 123 45 67, Иванов И. И.", "/texts/kk/body"))

    assert [one.found for one in found] == ["…17", "…67", "…И."]


def test_a_figure_needs_a_source_and_a_party_needs_to_be_an_organisation() -> None:
    label = {"kk": "Сома", "ru": "Сумма", "en": "Sum"}
    figures: list[dict[str, Any]] = [
        {"label": label, "unit": "KZT", "source": "https://goszakup.gov.kz/"},
        {"label": {**label, "ru": "Откат"}, "unit": "KZT", "source": None},
    ]
    parties: list[dict[str, Any]] = [
        {"id": "pty_1", "bin": "990340005977", "name": "Road buyer"},
        {"id": "pty_2", "bin": None, "name": None},
        {"id": "pty_3", "bin": "900101300017", "name": None},
        {"id": "pty_4", "bin": "990340005977", "name": "ИП Иванов И. И."},
    ]

    found = [(one.check, one.place) for one in harms({}, figures, parties)]

    assert found == [
        ("accusing_word", "/figures/1/label/ru"),
        ("unsourced_figure", "/figures/1"),
        ("person_as_party", "/parties/pty_2"),
        ("person_as_party", "/parties/pty_3"),
        ("person_as_party", "/parties/pty_4"),
    ]


@pytest.mark.parametrize("sign", ["\u202e", "\u200b", "\ufeff", "\x07", "\t", "\u2028", "\ue000"])
@pytest.mark.check("B6", tier=1, limit="all found")
def test_signs_that_are_not_seen_are_found(sign: str) -> None:
    assert unseen(f"a{sign}b")
    assert not unseen("Ұйым «Жол»\nекінші жол – 5 %")


def test_the_checklist_asks_in_three_languages_and_accuses_nobody() -> None:
    said = [checklist().disclaimer, *checklist().items.values()]

    assert (checklist().reply_hours, len(checklist().items)) == (72, 10)
    for text in said:
        assert len({text.kk, text.ru, text.en}) == 3
        assert text.en.isascii()
    for text in checklist().items.values():
        assert [*black_listed(text.kk), *black_listed(text.ru), *black_listed(text.en)] == []
