"""The events of the log: what each type tells, in which stream, and what its data hold.

Declared once: the routes, the documentation, the portal's page and the filters of webhooks all read
it here. Data are thin: ids and a link, nothing that is not public anyway; whoever wants more asks.
"""

from typing import Final, Literal

from msgspec import Struct

from shared.vocabulary.text import Text

Stream = Literal["public", "own", "tips"]
"""`tips` is a member's: who can open a tip reads what is told of it, and nobody is sent it."""


class EventType(Struct, frozen=True, kw_only=True):
    """One type of event. `data` names its fields and what each is."""

    type: str
    stream: Stream
    meaning: Text
    data: dict[str, str]


_SUBJECT: Final = {
    "subject_type": "process, buyer or supplier",
    "subject_id": "id of the subject",
    "link": "where more is told",
}

_VERSION: Final = "rises with each event about the alert; drop one that is below what you hold"

_AGE: Final = {
    "source": "id of the source",
    "whole_at": "when its last whole run ended",
    "promised_hours": "age that its data were promised not to pass",
    "link": "where more is told",
}

_OUTCOME: Final = {
    "id": "id of the outcome",
    "kind": "kind of outcome",
    "state": "state now",
    "case": "id of the case",
    "process": "id of the process",
    "region": "KATO code",
    "campaign": "id of the campaign",
    "indicators": "codes of the indicators that led there",
    "amount": "sum, tenge",
    "amount_kind": "what the sum is",
    "key": "what is counted once across organisations",
}

_COMPLAINT: Final = {
    "id": "id of the complaint",
    "case": "id of the case",
    "route": "code of the route",
    "addressee": "whom it goes to",
    "state": "state now",
    "due_on": "day by which it is to be answered",
    "link": "where more is told",
}

_TIP: Final = {"tip": "id of the tip", "link": "where its recipients read it"}

_PUBLICATION: Final = {
    "id": "id of the publication",
    "publication": "id of the publication",
    "state": "state now",
    "link": "where more is told",
}

_DECLARED: Final = (
    EventType(
        type="alert.created",
        stream="public",
        meaning=Text(
            kk="Субъект әлі бірдеңе істеуге болатын кезде жоғары тәуекел деңгейіне көтерілді.",
            ru="Субъект поднялся на более высокий уровень риска, пока ещё можно действовать.",
            en="A subject rose to a higher band while something can still be done.",
        ),
        data={
            "alert": "id of the alert",
            "process": "id of the process",
            "band": "band reached",
            "indicators": "codes of the indicators that raised it",
            "position": "place in GET /v1/alerts",
            "version": _VERSION,
            **_SUBJECT,
        },
    ),
    EventType(
        type="alert.updated",
        stream="public",
        meaning=Text(
            kk="Күшінде тұрған хабарлама субъектісінің балы, деңгейі немесе белгілері өзгерді.",
            ru="Изменились балл, уровень или признаки субъекта, о котором оповещение в силе.",
            en="The score, the band or the flags of the subject of a standing alert changed.",
        ),
        data={
            "alert": "id of the alert",
            "process": "id of the process",
            "band": "band now",
            "score": "expected score now, 0-100",
            "flagged": "codes of the indicators that flag now",
            "version": _VERSION,
            **_SUBJECT,
        },
    ),
    EventType(
        type="alert.superseded",
        stream="public",
        meaning=Text(
            kk="Хабарламаны сол сатып алу туралы жаңасы алмастырды: онда бұрынғының бәрі бар.",
            ru="Оповещение заменено новым о той же закупке: в нём есть всё, что было в прежнем.",
            en="A newer alert of the same purchase says all that this one said, and replaces it.",
        ),
        data={
            "alert": "id of the alert that is replaced",
            "process": "id of the process",
            "by": "id of the newer alert",
            "band": "band of the newer alert",
            "version": _VERSION,
            **_SUBJECT,
        },
    ),
    EventType(
        type="alert.corrected",
        stream="public",
        meaning=Text(
            kk="Хабарлама сүйенген белгі енді жоқ: дерек түзетілді немесе индикатор кері алынды.",
            ru="Признака, на котором стояло оповещение, больше нет: исправлены данные или отозван "
            "индикатор.",
            en="A flag that an alert rested on is gone: the data were corrected or the indicator "
            "was withdrawn.",
        ),
        data={
            "alert": "id of the alert",
            "process": "id of the process",
            "withdrawn": "codes of the indicators that flag no more",
            "band": "band now",
            "received": "in your own stream: ids of your dossiers and exports that hold it",
            "version": _VERSION,
            **_SUBJECT,
        },
    ),
    EventType(
        type="score.changed",
        stream="public",
        meaning=Text(
            kk="Сатып алудың немесе тапсырыс берушінің тәуекел деңгейі не белгілері өзгерді.",
            ru="Изменился уровень риска или набор признаков закупки или заказчика.",
            en="The band or the flags of a process or a buyer changed.",
        ),
        data={
            "band": "band now",
            "previous_band": "band before; null for a first score",
            "flagged": "codes of the indicators that flag now",
            "revision": "version of the score, as in its ETag",
            **_SUBJECT,
        },
    ),
    EventType(
        type="indicator.changed",
        stream="public",
        meaning=Text(
            kk="Индикатор қосылды, өзгерді немесе кері алынды.",
            ru="Индикатор добавлен, изменён или отозван.",
            en="An indicator was added, changed or withdrawn.",
        ),
        data={
            "code": "code of the indicator",
            "version": "its version now; null when it is gone",
            "life": "experimental, tested, stable; null when it is gone",
            "link": "where more is told",
        },
    ),
    EventType(
        type="data.stale",
        stream="public",
        meaning=Text(
            kk="Дереккөздің деректері уәде етілген мерзімнен ескірді; бір рет айтылады.",
            ru="Данные источника стали старше обещанного; говорится один раз, пока это длится.",
            en="The data of a source have grown older than was promised; told once while it lasts.",
        ),
        data=_AGE,
    ),
    EventType(
        type="data.fresh",
        stream="public",
        meaning=Text(
            kk="Ескірген дереккөз қайта толық жаңартылды.",
            ru="Устаревший источник снова обновлён целиком.",
            en="A source that was stale has had a whole run again.",
        ),
        data=_AGE,
    ),
    EventType(
        type="indicator_draft.moved",
        stream="own",
        meaning=Text(
            kk="Ұйымның индикатор жобасы бір қадам жылжыды немесе тоқтатылды.",
            ru="Черновик индикатора вашей организации сделал шаг или был остановлен.",
            en="A draft of your organisation took a step or was stopped.",
        ),
        data={
            "draft": "id of the draft",
            "code": "code of the indicator",
            "version": "version of the draft",
            "step": "step that was taken",
            "state": "state of the draft now",
            "link": "where more is told",
        },
    ),
    EventType(
        type="back_test.ended",
        stream="own",
        meaning=Text(
            kk="Жобаны тарих бойынша сынау аяқталды.",
            ru="Проверка черновика на истории закончилась.",
            en="A back-test of a draft has ended.",
        ),
        data={
            "back_test": "id of the back-test",
            "draft": "id of the draft",
            "code": "code of the indicator",
            "version": "version of the draft",
            "outcome": "done, refused, failed",
            "link": "where more is told",
        },
    ),
    EventType(
        type="alert.replied",
        stream="public",
        meaning=Text(
            kk="Сатып алу тарабы хабарламаға түсіндірме берді.",
            ru="Сторона закупки дала пояснение к оповещению.",
            en="A party of the purchase explained itself on an alert.",
        ),
        data={
            "alert": "id of the alert",
            "process": "id of the process",
            "reply": "id of the reply",
            "party": "id of who replied (org_…)",
            "role": "buyer or supplier",
            **_SUBJECT,
        },
    ),
    EventType(
        type="alert.triaged",
        stream="own",
        meaning=Text(
            kk="Ұйым хабарламаны сұрыптады немесе ол қайта оралды.",
            ru="Организация разобрала оповещение, или оно вернулось.",
            en="Your organisation handled an alert, or one came back to it.",
        ),
        data={
            "id": "id of the alert",
            "state": "state with your organisation now",
            "process": "id of the process",
            "indicators": "codes of the indicators that raised it",
            "region": "KATO code",
            "amount": "value of the purchase, tenge",
            "reason": "why, if the move takes a reason",
            "case": "id of the case it is in now, or was taken out of",
            "because": "id of the newer alert that moved it, if one did",
        },
    ),
    EventType(
        type="outcome.claimed",
        stream="own",
        meaning=Text(
            kk="Нәтиже мәлімделді.",
            ru="О результате заявлено.",
            en="An outcome was claimed.",
        ),
        data=_OUTCOME,
    ),
    EventType(
        type="outcome.confirmed",
        stream="own",
        meaning=Text(
            kk="Мәлімдегеннен басқа адам нәтижені растады.",
            ru="Результат подтвердил не тот, кто о нём заявил.",
            en="Somebody other than who claimed an outcome confirmed it.",
        ),
        data=_OUTCOME,
    ),
    EventType(
        type="outcome.disputed",
        stream="own",
        meaning=Text(
            kk="Нәтижеге дау айтылды.",
            ru="Результат оспорен.",
            en="An outcome was disputed.",
        ),
        data=_OUTCOME,
    ),
    EventType(
        type="outcome.refuted",
        stream="own",
        meaning=Text(
            kk="Нәтиже расталмады.",
            ru="Результат не подтвердился.",
            en="An outcome was found not to be so.",
        ),
        data=_OUTCOME,
    ),
    EventType(
        type="subscription.digest",
        stream="own",
        meaning=Text(
            kk="Вебхук арналған жазылымның күндік не апталық жиынтығы.",
            ru="Сводка подписки на вебхук за день или неделю.",
            en="The digest of a day or a week, of a subscription whose channel is a webhook.",
        ),
        data={
            "subscription": "id of the subscription",
            "from": "since when",
            "to": "until when",
            "events": "how many events fitted",
            "counts": "how many of each type and band",
            "top": "the weightiest, ten at most: seq, type, alert, process, band, link",
            "link": "where more is told",
        },
    ),
    EventType(
        type="subscription.paused",
        stream="own",
        meaning=Text(
            kk="Жазылым тоқтатылды: алушы бас тартты, хабарлар жетпейді немесе сүзгі енді"
            " қабылданбайды.",
            ru="Подписка приостановлена: получатель отписался, сообщения не доходят или фильтр"
            " больше не принимается.",
            en="A subscription was paused: its reader unsubscribed, messages do not arrive, or its"
            " filter is taken no more.",
        ),
        data={
            "subscription": "id of the subscription",
            "reason": "unsubscribed, gone, failing or refused",
            "link": "where more is told",
        },
    ),
    EventType(
        type="complaint.filed",
        stream="own",
        meaning=Text(
            kk="Шағым берілді.",
            ru="Жалоба подана.",
            en="A complaint was filed.",
        ),
        data=_COMPLAINT,
    ),
    EventType(
        type="complaint.registered",
        stream="own",
        meaning=Text(
            kk="Орган шағымды тіркеді.",
            ru="Орган зарегистрировал жалобу.",
            en="The body registered a complaint.",
        ),
        data=_COMPLAINT,
    ),
    EventType(
        type="complaint.transferred",
        stream="own",
        meaning=Text(
            kk="Шағым басқа органға жіберілді; мерзім қайта есептеледі.",
            ru="Жалоба перенаправлена в другой орган; срок считается заново.",
            en="A complaint was passed on to another body; its term runs anew.",
        ),
        data=_COMPLAINT,
    ),
    EventType(
        type="complaint.extended",
        stream="own",
        meaning=Text(
            kk="Шағымды қарау мерзімі ұзартылды.",
            ru="Срок рассмотрения жалобы продлён.",
            en="The term of a complaint was extended.",
        ),
        data=_COMPLAINT,
    ),
    EventType(
        type="complaint.due_soon",
        stream="own",
        meaning=Text(
            kk="Жауап мерзімі жақындады.",
            ru="Приближается срок ответа.",
            en="The day of an answer is near.",
        ),
        data={**_COMPLAINT, "days_left": "working days left"},
    ),
    EventType(
        type="complaint.overdue",
        stream="own",
        meaning=Text(
            kk="Расталған жауап мерзімі жауапсыз аяқталды.",
            ru="Подтверждённый срок ответа истёк без ответа.",
            en="A confirmed term has ended without an answer.",
        ),
        data={
            **_COMPLAINT,
            "days_late": "working days late",
            "next_routes": "codes of the routes that are open now",
        },
    ),
    EventType(
        type="complaint.answered",
        stream="own",
        meaning=Text(
            kk="Орган шағымға жауап берді.",
            ru="Орган ответил на жалобу.",
            en="The body answered a complaint.",
        ),
        data={**_COMPLAINT, "answers": "code of the answer by number of the recommendation"},
    ),
    EventType(
        type="complaint.escalated",
        stream="own",
        meaning=Text(
            kk="Шағым келесі тәртіппен жалғастырылды.",
            ru="Жалоба продолжена следующим порядком.",
            en="A complaint goes on by another route.",
        ),
        data={**_COMPLAINT, "next": "id of the complaint that goes on"},
    ),
    EventType(
        type="case.created",
        stream="own",
        meaning=Text(
            kk="Ұйым кейс ашты.",
            ru="Организация открыла кейс.",
            en="Your organisation started a case.",
        ),
        data={
            "id": "id of the case",
            "case": "id of the case",
            "number": "its number with your organisation",
            "link": "where more is told",
        },
    ),
    EventType(
        type="case.moved",
        stream="own",
        meaning=Text(
            kk="Кейс бір күйден екіншісіне өтті.",
            ru="Кейс перешёл в другое состояние.",
            en="A case of yours, or one shared with you, moved to another state.",
        ),
        data={
            "id": "id of the case",
            "case": "id of the case",
            "state": "state now",
            "link": "where more is told",
        },
    ),
    EventType(
        type="case.shared",
        stream="own",
        meaning=Text(
            kk="Кейске қолжетімділік берілді немесе ол басқа ұйымға тапсырылды.",
            ru="К кейсу открыли доступ, или его передали другой организации.",
            en="A case was shared with another organisation, or handed over to it.",
        ),
        data={
            "id": "id of the case",
            "case": "id of the case",
            "parts": "what of it may be seen; none: it is offered; all: it was handed over",
            "link": "where more is told",
        },
    ),
    EventType(
        type="case.notified",
        stream="own",
        meaning=Text(
            kk="Кейс жарияланбай тұрып, аталған ұйымдарға хабарлама қалдырылды.",
            ru="Названным организациям оставлено извещение до публикации кейса.",
            en="The parties that the text of your case names were left a notice of it.",
        ),
        data=_PUBLICATION,
    ),
    EventType(
        type="case.published",
        stream="public",
        meaning=Text(
            kk="Ұйым кейсті жариялады.",
            ru="Организация опубликовала кейс.",
            en="An organisation published a case.",
        ),
        data=_PUBLICATION,
    ),
    EventType(
        type="case.withdrawn",
        stream="public",
        meaning=Text(
            kk="Жарияланған кейс кері алынды; негізі көрсетілген.",
            ru="Опубликованный кейс отозван; основание указано.",
            en="A published case was withdrawn; the ground is told.",
        ),
        data={**_PUBLICATION, "ground": "code of the ground"},
    ),
    EventType(
        type="case.reply",
        stream="public",
        meaning=Text(
            kk="Кейсте аталған ұйым түсіндірме берді немесе оны түзетті.",
            ru="Названная в кейсе организация дала пояснение или исправила его.",
            en="A party that a case names explained itself or corrected its explanation; before"
            " the publication only the organisation of the case is told.",
        ),
        data={
            "id": "id of the publication",
            "publication": "id of the publication",
            "reply": "id of the reply",
            "party": "BIN of who replied",
            "link": "where more is told",
        },
    ),
    EventType(
        type="evidence.added",
        stream="own",
        meaning=Text(
            kk="Кейске дәлел қосылды.",
            ru="К кейсу приложено доказательство.",
            en="A piece of evidence was added to a case.",
        ),
        data={
            "id": "id of the case",
            "evidence": "id of the piece of evidence",
            "media_type": "what it is, by its content",
            "link": "where more is told",
        },
    ),
    EventType(
        type="tip.received",
        stream="tips",
        meaning=Text(
            kk="Сіз аша алатын хабарлама түсті; кездейсоқ кідіріспен, уақыты күнге дейін айтылады.",
            ru="Пришло сообщение, которое вы можете открыть; говорится со случайной задержкой, "
            "время – до дня.",
            en="A tip came that you can open; told after a random delay, the time to the day.",
        ),
        data=_TIP,
    ),
    EventType(
        type="tip.answered",
        stream="tips",
        meaning=Text(
            kk="Хабарлама жіберушісі тағы жазды; кездейсоқ кідіріспен айтылады.",
            ru="Отправитель сообщения написал ещё; говорится со случайной задержкой.",
            en="The sender of a tip wrote again; told after a random delay.",
        ),
        data=_TIP,
    ),
    EventType(
        type="tip.withdrawn",
        stream="tips",
        meaning=Text(
            kk="Жіберуші хабарламасын кері алды; мазмұны енді жоқ.",
            ru="Отправитель отозвал сообщение; содержания больше нет.",
            en="The sender took a tip back; nothing of what it said is left.",
        ),
        data=_TIP,
    ),
    EventType(
        type="webhook.disabled",
        stream="own",
        meaning=Text(
            kk="Вебхук мекенжайы жауап бермегендіктен өшірілді; жіберілмегені осы ағында қалды.",
            ru="Адрес вебхука отключён, потому что не отвечал; недоставленное осталось в потоке.",
            en="An endpoint was disabled because it did not answer; what it missed is in the log.",
        ),
        data={"endpoint": "id of the endpoint", "reason": "why", "link": "where more is told"},
    ),
)

EVENTS: Final = {event.type: event for event in _DECLARED}
"""Every type of event by its name."""

SENT: Final = {name: event for name, event in EVENTS.items() if event.stream != "tips"}
"""Those that are sent to whoever asks: of tips nothing leaves by itself."""
