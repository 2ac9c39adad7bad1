"""The portal's reference dictionaries: published ones as files, the rest as far as they are used.

Ids that the portal's public documents do not give are the world's own; names follow the law.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from deploy.sandbox.world import places
from deploy.sandbox.world.catalogue import UNITS
from deploy.sandbox.world.dictionaries import grounds

Row = dict[str, Any]

PUBLISHED: Final = ("ref_trade_methods", "ref_buy_status", "ref_lots_status", "ref_contract_status")


def _rows(*pairs: tuple[int, str, str] | tuple[int, str, str, str]) -> list[Row]:
    rows = []
    for number, ru, kz, *code in pairs:
        row: Row = {"id": number, "name_ru": ru, "name_kz": kz}
        if code:
            row["code"] = code[0]
        rows.append(row)
    return rows


SMALL: Final = {
    "ref_subject_type": _rows((1, "Товар", "Тауар"), (2, "Работа", "Жұмыс"),
                              (3, "Услуга", "Көрсетілетін қызмет")),
    "ref_pln_point_status": _rows(
        (2, "Утвержден", "Бекітілді"), (19, "Исполнен", "Орындалды", "ContractExecuted"),
        (20, "Отказ от закупки", "Сатып алудан бас тарту"), (310, "Опубликован", "Жарияланды"),
        (444, "На проверке камерального контроля", "Камералдық бақылау тексерісінде")),
    "ref_finsource": _rows((1, "За счет бюджетных средств", "Бюджет қаражаты есебінен")),
    "ref_budget_type": _rows(
        (5, "Районный бюджет, города областного значения", "Аудан бюджеті", "03"),
        (6, "Бюджет сельского округа, села, поселка, города районного значения",
         "Ауылдық округ бюджеті", "04")),
    "ref_abp": _rows((457, "Отдел района", "Аудан бөлімі", "457")),
    "ref_point_type": _rows((1, "Закупки, не превышающие финансовый год",
                             "Қаржылық жылдан аспайтын сатып алулар")),
    "ref_type_trade": _rows((1, "Первичная закупка", "Алғашқы сатып алу"),
                            (2, "Повторная закупка", "Қайталама сатып алу"),
                            (3, "Из одного источника", "Бір көзден алу")),
    "ref_po_st": _rows(
        (310, "Подано", "Берілді", "Submitted"), (340, "Допущено", "Жіберілді", "Admitted"),
        (360, "Победитель", "Жеңімпаз", "FirstWinner"),
        (361, "Второй победитель", "Екінші жеңімпаз", "SecondWinner"),
        (370, "Отклонено", "Қабылданбады", "Rejected"),
        (380, "Отозвано", "Кері қайтарылды", "Withdrawn")),
    "ref_comm_roles": _rows((1, "Председатель комиссии", "Комиссия төрағасы", "chairman"),
                            (2, "Член комиссии", "Комиссия мүшесі", "member"),
                            (3, "Секретарь комиссии", "Комиссия хатшысы", "secretary")),
    "ref_contract_agr_form": _rows((1, "Типовая форма", "Үлгілік нысан"),
                                   (2, "Нетиповая форма", "Үлгілік емес нысан")),
    "ref_contract_year_type": _rows((1, "Однолетний", "Бір жылдық"),
                                    (2, "Многолетний", "Көпжылдық")),
    "ref_contract_type": _rows((1, "Основной договор", "Негізгі шарт"),
                               (2, "Дополнительное соглашение", "Қосымша келісім")),
    "ref_contract_cancel": _rows(
        (31, "пп.2 п.4 ст.18 неисполнение либо ненадлежащее исполнение", "орындамау"),
        (38, "пп.8 п.4 ст.18 по соглашению сторон", "тараптардың келісімі")),
    "ref_reason": _rows((1, "Неисполнение договорных обязательств", "Шартты орындамау"),
                        (5, "Истек срок включения в реестр", "Тізілімге енгізу мерзімі өтті")),
    "ref_buy_lot_reject_reason": _rows(
        (7, "к участию в конкурсе не допущен ни один потенциальный поставщик",
         "Конкурсқа қатысуға бірде-бір әлеуетті өнім беруші жіберілмеген")),
    "ref_amendment_agreem_type": _rows((2, "Изменение договора", "Шартты өзгерту")),
}  # fmt: skip

MONTHS: Final = ("Қаңтар", "Ақпан", "Наурыз", "Сәуір", "Мамыр", "Маусым", "Шілде", "Тамыз",
                 "Қыркүйек", "Қазан", "Қараша", "Желтоқсан")  # fmt: skip
MONTHS_RU: Final = ("Январь", "Февраль", "Март", "Апрель", "Май", "Июнь", "Июль", "Август",
                    "Сентябрь", "Октябрь", "Ноябрь", "Декабрь")  # fmt: skip


@lru_cache(maxsize=1)
def all_of() -> dict[str, list[Row]]:
    """Every dictionary by its name on the portal."""
    folder = Path(__file__).parent
    found = {name: json.loads((folder / f"{name}.json").read_text("utf-8")) for name in PUBLISHED}
    names = enumerate(zip(MONTHS_RU, MONTHS, strict=True), 1)
    months = _rows(*((n, ru, kz) for n, (ru, kz) in names), (99, "Прошлый год", "Өткен жыл"))
    units = [
        {"code": code, "code2": "", "alpha_code": "", "name_ru": ru, "name_kz": kz}
        for code, (kz, ru) in UNITS.items()
    ]  # fmt: skip
    return {
        **found,
        **SMALL,
        "ref_months": months,
        "ref_units": units,
        "ref_kato": places.dictionary(),
        "ref_justification": grounds.justifications(),
        "ref_amendm_agreem_justif": grounds.amendments(),
        "ref_currency": [{"code": "KZT", "name": "Казахский тенге"}],
        "ref_countries": [
            {"code": "398", "code_2": "kz", "code_3": "kaz", "name_ru": "КАЗАХСТАН",
             "name_kz": "ҚАЗАҚСТАН"}
        ],
    }  # fmt: skip
