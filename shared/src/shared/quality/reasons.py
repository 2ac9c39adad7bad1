"""Why a check doubts a record: Kazakh, Russian, English."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct


class Reason(Struct, frozen=True, gc=False):
    """Why there is a doubt, in Kazakh, Russian and English."""

    kk: str
    ru: str
    en: str


REASONS: Final[Mapping[str, Reason]] = {
    "bin_check_digit": Reason(
        "БСН-нің бақылау цифры дұрыс емес.",
        "Контрольная цифра БИН неверна.",
        "The control digit of the BIN is wrong.",
    ),
    "dates_in_order": Reason(
        "Күндердің реті бұзылған: соңы басынан бұрын тұр.",
        "Даты стоят не по порядку: конец раньше начала.",
        "Dates are out of order: an end stands before its beginning.",
    ),
    "references_resolve": Reason(
        "Сілтеме жазбада жоқ нәрсені атайды.",
        "Ссылка называет то, чего в записи нет.",
        "A reference names something that the record does not have.",
    ),
    "sums_plausible": Reason(
        "Сома теріс немесе мүмкін емес үлкен.",
        "Сумма отрицательна или неправдоподобно велика.",
        "A sum is negative or implausibly large.",
    ),
    "repeated_amounts": Reason(
        "Бірнеше шарттың сомасы бірдей: жазба қайталанған болуы мүмкін.",
        "У нескольких договоров одна сумма: запись могла повториться.",
        "Several contracts have one amount: a record may have been repeated.",
    ),
    "units_named": Reason(
        "Саны бар, өлшем бірлігі жоқ.",
        "Количество есть, единицы измерения нет.",
        "There is a quantity and no unit.",
    ),
}
