"""What keeps a public text back: accusing words, what tells of persons, figures unsourced."""

from typing import Any

import pytest

from cases.publication.checklist import checklist
from cases.publication.harms import harms, in_text
from cases.publication.reading import unseen
from shared.vocabulary.wording import accusing, black_listed

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
        ("Подписал Сидоров П.", ["person_named"]),
        ("Айгуль Жакупова, главный бухгалтер, приняла работы.", ["person_named"]),
        ("Бас бухгалтер Айгүл Жақыпова қол қойды.", ["person_named"]),
        ("Signed by Aigul Zhakupova, chief accountant.", ["person_named"]),
        ("Работы принял директор школы Ахметов.", ["person_named"]),
        ("Ответ дал Марат Сагинтаев.", ["person_named"]),
        ("г. Алматы, ул. Абая, д. 5, кв. 12.", ["home_address"]),
        ("Абай көшесі, 5-үй, 12-пәтер.", ["home_address"]),
        ("He lives at Abai street 5.", ["home_address"]),
        ("Карта 4242 4242 4242 4242.", ["bank_card"]),
        ("Карта 4242 4242 4242 4241.", []),  # its control digit does not fit
        ("Счёт KZ86 125K ZT50 0410 0100.", ["bank_account"]),
        ("Счёт kz86125kzt5004100100.", ["bank_account"]),
        ("Счёт KZ87125KZT5004100100.", []),  # its control digits do not fit
        ("Ремонт улицы Абая Кунанбаева, дом на 60 квартир.", []),
        ("Школа имени Мухтара Ауэзова, 60 пәтерлі үй.", []),
        ("Приложение А. Дом Ветеранов, Реестр Поставщиков.", []),
        ("Директор школы подписал акт, руководитель Управления – нет.", []),
        ("Қазақстан Республикасы Қаржы министрлігі, акимат города Алматы.", []),
    ],
)
def test_a_public_text_is_kept_back_by_what_it_says_of_persons_and_by_accusing(
    text: str, checks: list[str]
) -> None:
    assert [one.check for one in in_text(text, "/texts/ru/body")] == checks


FAMILIES = """
    украл украла украло украли украдено крадут похитил похищение воруют разворовали вором
    присвоил присвоила присваивают присвоение расхитил расхитили растащили прикарманил
    нажились наживается обогатились отмыли отмывание обналичили вымогал подкуп подкупил
    взяточник мздоимство злоупотребил грабят грабёж ограбили разграбили подделал сфальсифицировал
    незаконно незаконный противозаконно правонарушитель лгали мошенники преступная коррупционер
    ұрлады ұрлап ұрланған ұрлық жымқырды иемденді заңсыз тонады бопсалады жылыстатты
    парақор параны алаяқтар қылмыскер алдады жалған баукеспе
    steal steals stole stolen stealing thief thieves theft embezzled misappropriated appropriated
    plundered looted laundered laundering bribe bribed bribery corrupt corrupted corruption colluded
    colluding collusion fraudster fraudulent criminal criminals crook pocketed extorted illegally
    unlawfully illicit robbed forged cheated
"""


@pytest.mark.parametrize("word", FAMILIES.split())
@pytest.mark.check("E2", tier=1, limit="all found")
def test_every_word_of_the_families_that_accuse_keeps_a_text_back(word: str) -> None:
    found = [one.check for one in in_text(f"Ұйым {word}.", "/texts/ru/body")]

    assert set(found) == {"accusing_word"}


@pytest.mark.parametrize(
    "text",
    [
        "Талан-таражға салды.",
        "Ақшаны жеп қойды.",
        "Директор присвоил их себе.",
    ],
)
def test_phrases_that_accuse_keep_a_text_back(text: str) -> None:
    assert "accusing_word" in {one.check for one in in_text(text, "/texts/ru/body")}


@pytest.mark.parametrize(
    "text",
    [
        "Закупке присвоен номер 77, комиссия присвоила участнику баллы.",
        "Appropriate measures were taken; laundry for the hospital; robust walls.",
        "Договор строительства, параграф 3, параметры, тонна бензина, украшение зала.",
        "Обогатительная фабрика, граница участка, крайний срок, порядок отбора.",
        "Белгілер тексеруді қажет етеді, алдағы мерзім, алдын ала төлем, парақ 3.",
        "Признаки требуют проверки. Возможные обычные объяснения: срочный ремонт.",
        "These signs deserve review. They are not evidence of an offence.",
    ],
)
def test_plain_words_that_only_look_like_accusing_ones_pass(text: str) -> None:
    assert list(in_text(text, "/texts/ru/body")) == []


def test_the_words_of_the_law_are_kept_out_of_texts_on_a_party_and_not_out_of_the_law() -> None:
    for text in ("Заявка отклонена незаконно.", "Заңсыз қабылданбаған.", "Unlawful rejection."):
        assert (black_listed(text), len(accusing(text))) == ([], 1)


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
        {"role": "named_party", **party}
        for party in (
            {"id": "pty_1", "bin": "990340005977", "name": "Road buyer"},
            {"id": "pty_2", "bin": None, "name": None},
            {"id": "pty_3", "bin": "900101300017", "name": None},
            {"id": "pty_4", "bin": "990340005977", "name": "ИП Иванов И. И."},
        )
    ]

    found = [(one.check, one.place) for one in harms({}, figures, parties)]

    assert found == [
        ("accusing_word", "/figures/1/label/ru"),
        ("unsourced_figure", "/figures/1"),
        ("person_as_party", "/parties/pty_2"),
        ("person_as_party", "/parties/pty_3"),
        ("person_as_party", "/parties/pty_4"),
    ]


BUYER: dict[str, Any] = {
    "id": "pty_1", "role": "named_party", "bin": "990340005977", "name": "ТОО «Сарыарка»",
}  # fmt: skip
SUPPLIER: dict[str, Any] = {
    "id": "pty_2", "role": "supplier", "bin": "000140001239", "name": "ТОО «Строительный дом»",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Заказчик (БИН 990340005977) купил дорогу.", []),
        ("Поставщик (БИН 000140001239) построил дорогу.", ["000140001239"]),
        ("Жеткізуші 0001 4000 1239 салды.", ["000140001239"]),
        ("Договор 000140001239/250012/00.", ["000140001239"]),
        ("БИН 123456789012.", ["123456789012"]),  # no number of anybody, but called one
        ("Лот 123456789012-ЗЦП1.", []),
        ("Дорогу построил Строительный дом.", ["ТОО «Строительный дом»"]),
        ("Работы Строительного дома приняты.", ["ТОО «Строительный дом»"]),
        ("Строительство: дом приняли.", []),
        ("ТОО «Сарыарка» купило дорогу.", []),
        ("«Сарыарқа» ЖШС жол сатып алды; Saryarka built it.", []),
        ('The road of LLP "Saryarka" was repaired.', []),
        ("ТОО «Алтын жол» построило дорогу.", ["Алтын жол"]),
        ("«Алтын жол» ЖШС жол салды.", ["Алтын жол"]),
        ("«Сарыарка құрылыс» ЖШС (БСН 990340005977) жол салды.", []),
        ("Товарищество с ограниченной ответственностью «Алтын жол».", ["Алтын жол"]),
        ("Компания «Алтын жол» построила дорогу.", ["Алтын жол"]),
        ("ТОО Алтын построило дорогу.", ["Алтын"]),
        ("TOO Алтын построило дорогу.", ["Алтын"]),  # in Latin letters
        ("ТОО «Ары» построило дорогу.", ["Ары"]),  # no more than a part of «Сарыарка»
        ("Golden Road LLP built it.", ["Golden Road"]),
        ("ТОО Сарыарка и Saryarka LLP.", []),
        ("The LLP built it. Бұл ЖШС салды. Труба 5 мм «Алтын».", []),
        ("Программа «Алтын жол» кончилась.", []),
    ],
)
def test_an_organisation_that_a_text_names_is_told_of_it_first(text: str, found: list[str]) -> None:
    told = harms({"ru": {"title": "Дорога", "body": text}}, [], [BUYER, SUPPLIER])

    assert [(one.check, one.place, one.found) for one in told] == [
        ("party_not_notified", "/texts/ru/body", each) for each in found
    ]


def test_a_text_that_names_nobody_has_a_party_that_is_told_and_figures_name_nobody_else() -> None:
    label = {"kk": "Сома", "ru": "Сумма", "en": "Sum"}
    source = "https://example.kz/000140001239"
    figure = {"label": label, "unit": "KZT", "source": source}

    alone = [(one.check, one.place) for one in harms({}, [], [SUPPLIER])]
    sourced = [(one.check, one.place) for one in harms({}, [figure], [BUYER])]

    assert alone == [("nobody_notified", "/parties")]
    assert sourced == [("party_not_notified", "/figures/0/source")]


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
