"""What the gateway says to people beside every score, in Kazakh, Russian and English."""

from typing import Final

from msgspec import Struct

from shared.vocabulary.text import Language, Text


class Notice(Struct, frozen=True, gc=False):
    """The one sentence that stands beside every score."""

    kk: str
    ru: str
    en: str


NOTICE: Final = Notice(
    kk="Бұл – белгі, айыптау емес.",
    ru="Признак, а не обвинение.",
    en="A sign, not an accusation.",
)

WITHHELD: Final = Notice(
    kk="Дәлдігі әлі өлшенбеген белгілер адам тексергенше мұнда өнім берушіні атамайды. Олардың "
    "ұпайлары бағаға кіреді, ал жолдарын серіктес ұйымдар көреді.",
    ru="Признаки, точность которых ещё не измерена, до проверки человеком не называют здесь "
    "поставщика. Их баллы входят в оценку, а сами строки видят партнёрские организации.",
    en="Signs whose precision is not measured yet name no supplier here until a person has looked. "
    "Their points are part of the score; partner organisations see the lines.",
)

DISCLAIMER: Final = Text(
    kk="Бұл – ашық деректер бойынша автоматты есептеу (деректер күні: {data_as_of}, әдістеме "
    "нұсқасы: {method_version}). Ол тексеруді қажет ететін белгілерді көрсетеді және құқық "
    "бұзушылықтың немесе біреудің кінәсінің дәлелі болып табылмайды.",
    ru="Это автоматический расчёт по открытым данным (дата данных: {data_as_of}, версия методики: "
    "{method_version}). Он показывает признаки, требующие проверки, и не является доказательством "
    "правонарушения или чьей-либо вины.",
    en="This is an automatic calculation on open data as of {data_as_of}, method {method_version}. "
    "It shows signs that deserve review and is not evidence of an offence or of anybody's guilt.",
)

PORTFOLIO: Final = Text(
    kk="Жалпы сомасы {value} {currency} сатып алулардың ішінде жоғары және одан да жоғары қауіп "
    "деңгейіндегілері – {at_risk} {currency}. Осындай {peers} ұйымның орташа үлесіне ({average}) "
    "жақындатқанда (медианалық сомасы {typical:.0f} {currency}) үлес {share} болады. Сатып алулар "
    "саны: {purchases}; сомасы немесе бағасы белгісіз болғандықтан есепке алынбағаны: {left_out}.",
    ru="Из закупок на {value} {currency} на {at_risk} {currency} приходятся закупки с высоким и "
    "более высоким уровнем риска. С приближением к среднему по {peers} таким организациям "
    "({average}; медиана их сумм {typical:.0f} {currency}) доля составляет {share}. Всего закупок: "
    "{purchases}; не учтено, потому что неизвестны сумма или оценка: {left_out}.",
    en="Of purchases worth {value} {currency}, {at_risk} {currency} lie in bands high and above. "
    "Drawn to the average of {peers} like organisations ({average}; median of their sums "
    "{typical:.0f} {currency}) the share is {share}. Purchases: {purchases}; left out for want of "
    "a sum or a score: {left_out}.",
)

NO_PORTFOLIO: Final = Text(
    kk="Сомасы мен бағасы белгілі сатып алу жоқ, сондықтан үлес есептелмеді. Сатып алулар саны: "
    "{purchases}.",
    ru="Нет закупок с известной суммой и оценкой, поэтому доля не посчитана. Всего закупок: "
    "{purchases}.",
    en="No purchase has a known sum and score, so no share is counted. Purchases: {purchases}.",
)

STATES: Final = {
    "flagged": Text("белгіленді", "отмечено", "flagged"),
    "clear": Text("белгі анықталған жоқ", "признак не выявлен", "no sign found"),
    "not_applicable": Text("қолданылмайды", "не применяется", "not applicable"),
    "not_computable": Text(
        "есептеу мүмкін емес: деректер жоқ",
        "вычислить нельзя: нет данных",
        "cannot be computed: data missing",
    ),
    "insufficient_sample": Text(
        "салыстыруға жеткілікті дерек жоқ",
        "недостаточно сопоставимых данных",
        "too few comparable cases",
    ),
    "awaited": Text("сәл кейін есептеледі", "будет рассчитано чуть позже", "judged in a moment"),
    "error": Text("есептеу қатесі", "ошибка расчёта", "calculation error"),
}
"""A state that is not here is shown by its code: states are open."""

BANDS: Final = {
    "low": Text("төмен", "низкий", "low"),
    "medium": Text("орташа", "средний", "medium"),
    "high": Text("жоғары", "высокий", "high"),
    "critical": Text("өте жоғары", "очень высокий", "very high"),
}

NO_REPLY: Final = Text(
    "түсіндірме келіп түскен жоқ", "пояснение не поступало", "no explanation received"
)

REPLIED: Final = Text("түсіндірме берілді", "пояснение получено", "an explanation was received")

UNKNOWN_DATE: Final = Text("белгісіз", "неизвестна", "unknown")


def label(texts: dict[str, Text], key: str, language: Language) -> str:
    """Return the wording of an open word; the word itself where we have none."""
    known = texts.get(key)
    return known.in_(language) if known else key
