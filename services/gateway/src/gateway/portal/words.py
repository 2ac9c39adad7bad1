"""What the portal's own pages say around the prose, in Kazakh, Russian and English."""

from typing import Final

from shared.vocabulary.text import Text

WORDS: Final = {
    "title": Text(
        kk="Qadaga: мемлекеттік сатып алуды қадағалау",
        ru="Qadaga: наблюдение за государственными закупками",
        en="Qadaga: public procurement, watched",
    ),
    "skip": Text(kk="Мазмұнға өту", ru="К содержанию", en="To the content"),
    "menu": Text(kk="Бөлімдер", ru="Разделы", en="Sections"),
    "languages": Text(kk="Тіл", ru="Язык", en="Language"),
    "home": Text(kk="Басты бет", ru="Главная", en="Home"),
    "partner": Text(kk="Серіктеске", ru="Партнёру", en="For partners"),
    "agency": Text(kk="Уәкілетті органға", ru="Органу надзора", en="For authorities"),
    "mobile": Text(
        kk="Мобильді қосымшаға", ru="Мобильному приложению", en="For mobile applications"
    ),
    "indicators": Text(kk="Индикаторлар", ru="Индикаторы", en="Indicators"),
    "events": Text(kk="Оқиғалар", ru="События", en="Events"),
    "tip": Text(kk="Хабарлау", ru="Сообщить", en="Tell us"),
    "reference": Text(kk="API анықтамалығы", ru="Справочник API", en="API reference"),
    "status": Text(kk="Деректердің күйі", ru="Состояние и свежесть", en="Status and freshness"),
    "changes": Text(kk="API өзгерістері", ru="Изменения API", en="Changes of the API"),
    "key": Text(kk="Кілт алу", ru="Получить ключ", en="Get a key"),
    "notice": Text(
        kk="Бұл – белгі, айыптау емес.",
        ru="Признак, а не обвинение.",
        en="A sign, not an accusation.",
    ),
    "open_source": Text(
        kk="Ашық бағдарлама, Apache-2.0.",
        ru="Открытая программа, Apache-2.0.",
        en="Open software, Apache-2.0.",
    ),
    "code": Text(kk="Коды", ru="Код", en="Code"),
    "name": Text(kk="Атауы", ru="Название", en="Name"),
    "kind": Text(kk="Түрі", ru="Вид", en="Kind"),
    "life": Text(kk="Жетілу деңгейі", ru="Зрелость", en="Maturity"),
    "points": Text(kk="Ұпайы", ru="Баллы", en="Points"),
    "precision": Text(kk="Дәлдігі", ru="Точность", en="Precision"),
    "recall": Text(kk="Толықтығы", ru="Полнота", en="Recall"),
    "not_measured": Text(kk="өлшенбеген", ru="не измерена", en="not measured"),
    "breach": Text(
        kk="заң талабын тексеру", ru="проверка нормы закона", en="check of a rule of law"
    ),
    "signal": Text(kk="белгі", ru="признак", en="signal"),
    "experimental": Text(kk="сынақта", ru="эксперимент", en="experimental"),
    "tested": Text(kk="тексерілген", ru="проверен", en="tested"),
    "stable": Text(kk="тұрақты", ru="устойчив", en="stable"),
    "retired": Text(kk="қолданыстан шыққан", ru="выведен", en="retired"),
    "meaning": Text(kk="Мәні", ru="Что это значит", en="What it means"),
    "why_it_matters": Text(kk="Неге маңызды", ru="Почему это важно", en="Why it matters"),
    "innocent_explanations": Text(
        kk="Қалыпты түсіндірмелер", ru="Обычные объяснения", en="Ordinary explanations"
    ),
    "how_to_check": Text(kk="Қалай тексеруге болады", ru="Как проверить", en="How to check"),
    "what_would_clear_it": Text(
        kk="Белгіні не алып тастайды", ru="Что снимает признак", en="What would clear it"
    ),
    "law": Text(kk="Құқықтық негізі", ru="Правовое основание", en="Legal basis"),
    "measured_on": Text(
        kk="Ойдан құрылған әлемде өлшенген: дәлдігі – дұрыс белгілердің үлесі, толықтығы – "
        "салынған жағдайлардың табылған үлесі.",
        ru="Измерено на вымышленном мире: точность – доля верных признаков, полнота – доля "
        "найденных из заложенных.",
        en="Measured on an invented world: precision is the share of flags that are right, recall "
        "the share of planted cases that are found.",
    ),
    "in_practice": Text(kk="Іс жүзінде", ru="На практике", en="In practice"),
    "in_practice_about": Text(
        kk="Адамдар қараған сатып алулар бойынша. Нені қарайтынын адамдар өздері таңдайды, "
        "сондықтан бұл – кездейсоқ іріктеме емес.",
        ru="По закупкам, которые посмотрели люди. Что смотреть, они выбирают сами, поэтому это не "
        "случайная выборка.",
        en="Of the purchases that people looked at. Who looks chooses what to look at, so this is "
        "no random sample.",
    ),
    "handled": Text(kk="Қаралғаны", ru="Рассмотрено", en="Handled"),
    "confirmed": Text(kk="Расталғаны", ru="Подтверждено", en="Confirmed"),
    "dismissed": Text(kk="Кейссіз жабылғаны", ru="Закрыто без кейса", en="Dismissed"),
    "unfounded": Text(
        kk="Кейсте расталмағаны", ru="Не подтвердилось в кейсе", en="Not confirmed in its case"
    ),
    "refuted": Text(
        kk="Нәтижесі расталмағаны", ru="Результат не подтверждён", en="Outcome not confirmed"
    ),
    "decided": Text(kk="Шешілгені (n)", ru="Решено (n)", en="Decided (n)"),
    "share_confirmed": Text(
        kk="Шешілгендердің ішінде расталған үлес",
        ru="Доля подтверждённых среди решённых",
        en="Share of the confirmed among the decided",
    ),
    "interval": Text(kk="95 % аралығы", ru="интервал 95 %", en="95 % interval"),
    "too_few": Text(kk="дерек аз", ru="мало данных", en="too few"),
    "none_yet": Text(kk="әзірге жоқ", ru="пока нет", en="none yet"),
    "data_error": Text(kk="деректерде қате", ru="ошибка в данных", en="the data are wrong"),
    "legal_exception": Text(
        kk="заң рұқсат етеді", ru="закон это допускает", en="the law allows it"
    ),
    "known_pattern": Text(
        kk="белгілі, түсіндірілген", ru="известно и объяснено", en="known and explained"
    ),
    "below_interest": Text(kk="маңызы аз", ru="невелико по значению", en="too little is at stake"),
    "duplicate": Text(
        kk="басқа хабарлама бар", ru="есть другое оповещение", en="another alert tells of it"
    ),
    "insufficient_data": Text(
        kk="деректер жеткіліксіз", ru="не хватает данных", en="not enough data to check"
    ),
    "untold": Text(kk="себебі айтылмаған", ru="причина не названа", en="no reason told"),
    "source": Text(kk="Дереккөз", ru="Источник", en="Source"),
    "newest": Text(kk="Ең соңғы жарияланым", ru="Последняя публикация", en="Newest release"),
    "processes": Text(kk="Сатып алулар", ru="Закупки", en="Purchases"),
    "feed": Text(kk="Ағын", ru="Поток", en="Feed"),
    "lag": Text(kk="Кешігуі, с", ru="Отставание, с", en="Lag, s"),
    "applied": Text(kk="Қабылданған жазбалар", ru="Принято записей", en="Entries applied"),
    "as_of": Text(kk="Деректер күйі", ru="Данные на", en="Data as of"),
    "last_run": Text(kk="Соңғы жүктеу", ru="Последняя загрузка", en="Last run"),
    "never": Text(kk="болмаған", ru="не было", en="never"),
    "day": Text(kk="Күні", ru="День", en="Day"),
    "change": Text(kk="Не өзгерді", ru="Что изменилось", en="What changed"),
    "operations": Text(kk="Әрекеттер", ru="Операции", en="Operations"),
    "until": Text(kk="Мерзімі", ru="Действует до", en="Until"),
    "nothing": Text(kk="Мұнда әзірге ештеңе жоқ.", ru="Здесь пока пусто.", en="Nothing here yet."),
    "key_lead": Text(
        kk="Мұнда бір батырмамен сынақ кілтін аласыз. Ол ойдан құрылған деректермен жұмыс "
        "істейді, тіркелу де, аты-жөн де керек емес, он төрт күннен кейін жарамсыз болады.",
        ru="Здесь пробный ключ даётся одним нажатием. Он работает с вымышленными данными, не "
        "требует ни регистрации, ни имени и перестаёт действовать через четырнадцать дней.",
        en="Here a key for trying is one click away. It works on invented data, asks for neither "
        "an account nor a name, and ends after fourteen days.",
    ),
    "key_take": Text(kk="Сынақ кілтін алу", ru="Получить пробный ключ", en="Take a key"),
    "key_once": Text(
        kk="Кілт тек қазір көрсетіледі. Көшіріп алыңыз:",
        ru="Ключ показывается только сейчас. Скопируйте его:",
        en="The key is shown only now. Copy it:",
    ),
    "key_first": Text(kk="Алғашқы сұрау:", ru="Первый запрос:", en="The first request:"),
    "key_elsewhere": Text(
        kk="Бұл – нақты деректері бар жүйе, оның кілттерін әкімші ұйымдарға береді. Сынап көру "
        "үшін Qadaga-ны өз компьютеріңізде бір пәрменмен іске қосыңыз: make up.",
        ru="Это система с настоящими данными, ключи к ней администратор выдаёт организациям. "
        "Чтобы попробовать, запустите Qadaga у себя одной командой: make up.",
        en="This system holds real data; its keys are given to organisations by the administrator. "
        "To try it, run Qadaga on your own machine with one command: make up.",
    ),
    "link_of": Text(kk="Qadaga жазылымы", ru="Подписка Qadaga", en="Qadaga subscription"),
    "link_confirm": Text(
        kk="Хабар алуға келісемін", ru="Согласен получать сообщения", en="I agree to be told"
    ),
    "link_confirmed": Text(
        kk="Мекенжай расталды", ru="Адрес подтверждён", en="The address is confirmed"
    ),
    "link_unsubscribe": Text(kk="Жазылымнан бас тарту", ru="Отписаться", en="Unsubscribe"),
    "link_unsubscribed": Text(
        kk="Бұдан былай хабар жіберілмейді",
        ru="Сообщений больше не будет",
        en="No more messages will be sent",
    ),
    "problem_about": Text(kk="Түсіндірме", ru="Пояснение", en="About it"),
}
