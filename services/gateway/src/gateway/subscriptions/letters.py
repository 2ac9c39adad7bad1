"""What messages say, in Kazakh, Russian and English: plain text for letters and chats alike.

They tell of signs that deserve review, never of guilt, and say so themselves.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from gateway import texts
from gateway.subscriptions.cadence import KAZAKHSTAN
from gateway.subscriptions.documents import Item
from gateway.subscriptions.items import Count, Told
from shared.vocabulary.text import Language, Text

MOST_ITEMS: Final = 10
LONGEST: Final = 3400
"""Characters of what is found: with all that stands below it a chat takes it in one message."""

_LONGEST_TITLE: Final = 160
_LONGEST_NAME: Final = 80
_UNSEEN: Final = re.compile(r"[\s\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069]+")
"""Line breaks, and what turns text round: neither belongs into a subject or a line."""


class Message(NamedTuple):
    """A message without what is added when it is sent."""

    subject: str
    body: str


class Period(NamedTuple):
    """What a digest covers."""

    begin: datetime
    end: datetime


SUBJECT: Final = Text(
    kk="Qadaga: «{name}», табылғаны: {number}",
    ru="Qadaga: «{name}», найдено: {number}",
    en="Qadaga: “{name}”, found: {number}",
)
FOUND: Final = Text(
    kk="«{name}» жазылымы бойынша табылғаны: {number}.",
    ru="По подписке «{name}» найдено: {number}.",
    en="Your subscription “{name}” found: {number}.",
)
OVER: Final = Text(
    kk="{begin} – {end} аралығында (UTC+5) «{name}» жазылымы бойынша табылғаны: {number}.",
    ru="За время с {begin} по {end} (UTC+5) по подписке «{name}» найдено: {number}.",
    en="From {begin} to {end} (UTC+5) your subscription “{name}” found: {number}.",
)
TOP: Final = Text(
    kk="Алдымен қарауға тұратындары:",
    ru="Что стоит посмотреть сначала:",
    en="What deserves a look first:",
)
BUYER: Final = Text(kk="Тапсырыс беруші", ru="Заказчик", en="Buyer")
BAND: Final = Text(kk="Тәуекел деңгейі", ru="Уровень риска", en="Risk band")
SIGNS: Final = Text(kk="Белгілер", ru="Признаки", en="Signs")
UNTIL: Final = Text(
    kk="Әрекет етуге болатын мерзім (UTC+5)",
    ru="Действовать можно до (UTC+5)",
    en="Act until (UTC+5)",
)
UNTITLED: Final = Text(kk="Атауы жоқ сатып алу", ru="Закупка без названия", en="Untitled purchase")
MORE: Final = Text(
    kk="Тағы {number}. Толық тізім: {link}",
    ru="Ещё {number}. Полный список: {link}",
    en="{number} more. The whole list: {link}",
)
TYPES: Final[Mapping[str, Text]] = {
    "alert.created": Text(kk="жаңа хабарламалар", ru="новые оповещения", en="new alerts"),
    "alert.corrected": Text(
        kk="түзетілген хабарламалар", ru="исправленные оповещения", en="corrected alerts"
    ),
    "alert.replied": Text(
        kk="тараптардың түсіндірмелері", ru="пояснения сторон", en="explanations of parties"
    ),
    "score.changed": Text(kk="өзгерген бағалар", ru="изменившиеся оценки", en="changed scores"),
}
KINDS: Final[Mapping[str, Text]] = {
    "alert.corrected": Text(
        kk="Түзету: хабарлама сүйенген белгі енді жоқ.",
        ru="Исправление: признака, на котором стояло оповещение, больше нет.",
        en="Correction: a sign this alert rested on is gone.",
    ),
    "alert.replied": Text(
        kk="Тарап түсіндірме берді.",
        ru="Сторона дала пояснение.",
        en="A party of the purchase has explained itself.",
    ),
}
ENDED_BY: Final = Text(
    kk="Хаттардан бас тарту: {link}",
    ru="Отписаться: {link}",
    en="Unsubscribe: {link}",
)
NUMBER: Final = Text(kk="Хабар нөмірі", ru="Номер сообщения", en="Message")
CONFIRM_SUBJECT: Final = Text(
    kk="Qadaga: мекенжайды растаңыз",
    ru="Qadaga: подтвердите адрес",
    en="Qadaga: confirm this address",
)
CONFIRM: Final = Text(
    kk="«{owner}» ұйымы осы мекенжайға Qadaga-ның «{name}» жазылымын жібергісі келеді: мемлекеттік "
    "сатып алудағы тексеруді қажет ететін белгілер туралы хабарлар.\n\nКелісетін болсаңыз, "
    "сілтемені ашыңыз:\n{link}\n\nнемесе ұйымға мына кодты айтыңыз: {code}\n\nКод үш күн жарамды. "
    "Келіспесеңіз, ештеңе істемеңіз: бұдан былай ештеңе жіберілмейді.",
    ru="Организация «{owner}» хочет направлять на этот адрес подписку Qadaga «{name}»: сообщения о "
    "признаках в государственных закупках, которые требуют проверки.\n\nЕсли вы согласны, откройте "
    "ссылку:\n{link}\n\nили сообщите организации код: {code}\n\nКод действует три дня. Если нет, "
    "ничего не делайте: больше ничего отправлено не будет.",
    en="The organisation “{owner}” wants to send the Qadaga subscription “{name}” to this address: "
    "messages about signs in public procurement that deserve review.\n\nIf you agree, open the "
    "link:\n{link}\n\nor tell the organisation this code: {code}\n\nThe code is good for three "
    "days. If not, do nothing: nothing more will be sent.",
)


def found(
    told: Sequence[Told],
    *,
    name: str,
    number: int,
    language: Language,
    titles: Mapping[str, str],
    address: str,
    over: Period | None = None,
    counts: Sequence[Count] = (),
) -> Message:
    """Say what was found: `told` are the weightiest of `number` events; `address` is ours.

    `over` and `counts` are given of a digest. `titles` are those of the signs, in the language.
    """
    named = plain(name, _LONGEST_NAME)
    head = FOUND if over is None else OVER
    period = {} if over is None else {"begin": _moment(over.begin), "end": _moment(over.end)}
    lines = [head.in_(language).format(name=named, number=number, **period)]
    lines += [_count(each, language) for each in counts]
    if over is not None:
        lines.append("\n" + TOP.in_(language))
    shown = _fitting([_item(n, each, language, titles, address) for n, each in enumerate(told, 1)])
    lines += ["", *shown]
    if number > len(shown):
        link = f"{address}/v1/{'alerts?sort=-priority' if told[0].item.alert else 'processes'}"
        lines.append(MORE.in_(language).format(number=number - len(shown), link=link) + "\n")
    lines.append(_disclaimer(told, language))
    subject = SUBJECT.in_(language).format(name=named, number=number)
    return Message(subject, "\n".join(lines))


def confirmation(*, owner: str, name: str, language: Language, link: str, code: str) -> Message:
    """Ask whether an address wants to be sent a subscription."""
    said = CONFIRM.in_(language).format(
        owner=plain(owner, _LONGEST_NAME), name=plain(name, _LONGEST_NAME), link=link, code=code
    )
    return Message(CONFIRM_SUBJECT.in_(language), said)


def footer(*, language: Language, unsubscribe: str, message: str) -> str:
    """Say how to end it, and the number that stays the same if a message comes twice."""
    ended = ENDED_BY.in_(language).format(link=unsubscribe)
    return f"\n\n-- \n{ended}\n{NUMBER.in_(language)}: {message}"


def plain(text: str, longest: int) -> str:
    """Return text as one line that can stand in a header, shortened."""
    line = _UNSEEN.sub(" ", text).strip()
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _item(
    number: int, told: Told, language: Language, titles: Mapping[str, str], address: str
) -> str:
    item = told.item
    title = plain(item.title or UNTITLED.in_(language), _LONGEST_TITLE)
    lines = [f"{number}. {title}"]
    if item.type in KINDS:
        lines.append(KINDS[item.type].in_(language))
    if item.buyer:
        lines.append(f"{BUYER.in_(language)}: {plain(item.buyer, _LONGEST_TITLE)}")
    if item.band:
        lines.append(f"{BAND.in_(language)}: {texts.label(texts.BANDS, item.band, language)}")
    if item.indicators:
        lines.append(f"{SIGNS.in_(language)}: {_signs(item, titles)}")
    if told.closes_at:
        lines.append(f"{UNTIL.in_(language)}: {_moment(told.closes_at)}")
    return "\n   ".join([*lines, address + item.link]) + "\n"


def _signs(item: Item, titles: Mapping[str, str]) -> str:
    named = [f"{titles.get(code, '')} ({code})".strip() for code in item.indicators[:5]]
    return "; ".join(named) + ("…" if len(item.indicators) > len(named) else "")


def _count(each: Count, language: Language) -> str:
    what = texts.label(dict(TYPES), each.type, language)
    band = f" ({texts.label(texts.BANDS, each.band, language)})" if each.band else ""
    return f"* {what}{band}: {each.number}"


def _fitting(items: Sequence[str]) -> list[str]:
    """Return the first items that fit into one message; always one."""
    shown: list[str] = []
    for item in items:
        if shown and sum(map(len, shown)) + len(item) > LONGEST:
            break
        shown.append(item)
    return shown


def _disclaimer(told: Sequence[Told], language: Language) -> str:
    dates = [each.data_date for each in told if each.data_date]
    versions = sorted({each.method_version for each in told if each.method_version})
    known = f"{max(dates):%Y-%m-%d}" if dates else texts.UNKNOWN_DATE.in_(language)
    return texts.DISCLAIMER.in_(language).format(
        data_as_of=known, method_version=", ".join(versions) or "–"
    )


def _moment(at: datetime) -> str:
    return f"{at.astimezone(KAZAKHSTAN):%Y-%m-%d %H:%M}"
