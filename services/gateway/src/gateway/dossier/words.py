"""The words on the pages of a dossier, in Kazakh, Russian and English."""

from typing import Final

from shared.vocabulary.text import Text

TITLE: Final = Text("Белгілер анықтамасы", "Справка о признаках", "Dossier of signs")

WORDS: Final = {
    "number": Text("№", "№", "No."),
    "made": Text("Жасалған уақыты", "Составлена", "Made"),
    "as_of": Text("Деректер күйі", "Состояние данных", "State of the data"),
    "purchase": Text("Сатып алу", "Закупка", "Purchase"),
    "id": Text("Нөмірі (OCID)", "Номер (OCID)", "Number (OCID)"),
    "source": Text("Дереккөз", "Источник", "Source"),
    "buyer": Text("Тапсырыс беруші", "Заказчик", "Buyer"),
    "supplier": Text("Өнім беруші", "Поставщик", "Supplier"),
    "person": Text("жеке тұлға", "физическое лицо", "a natural person"),
    "value": Text("Сомасы", "Сумма", "Value"),
    "published": Text("Жарияланған", "Опубликована", "Published"),
    "alert": Text("Хабарлама", "Оповещение", "Alert"),
    "score": Text("Тәуекел бағасы", "Оценка риска", "Risk score"),
    "band": Text("деңгей", "уровень", "band"),
    "no_band": Text("деңгей белгіленбеген", "уровень не присвоен", "no band"),
    "coverage": Text("есептелгені", "вычислено", "computable"),
    "method": Text("Әдістеме", "Методика", "Method"),
    "computed": Text("есептелген", "рассчитано", "computed"),
    "signs": Text("Белгілер", "Признаки", "Signs"),
    "none": Text("Белгі жоқ.", "Признаков нет.", "No signs."),
    "measured": Text("Өлшенген мән", "Измерено", "Measured"),
    "threshold": Text("шегі", "порог", "threshold"),
    "points": Text("ұпай", "баллы", "points"),
    "law": Text("Құқықтық негіз", "Правовое основание", "Legal basis"),
    "innocent": Text("Басқа түсіндірме", "Иное объяснение", "Other explanations"),
    "clear": Text("Белгіні не алып тастайды", "Что снимет признак", "What would clear it"),
    "more": Text(
        "Қалғаны JSON файлында: {count}.",
        "Остальное — в файле JSON: {count}.",
        "The rest is in the JSON file: {count}.",
    ),
    "others": Text("Басқа индикаторлар", "Прочие индикаторы", "Other indicators"),
    "withheld": Text(
        "Серіктестерге ғана көрсетілетін жолдар: {count}.",
        "Строк, которые видят только партнёры: {count}.",
        "Lines only partners read: {count}.",
    ),
    "figures": Text("Сандар және олардың жазбасы", "Числа и их запись", "Figures and their record"),
    "sign": Text("Белгі", "Признак", "Sign"),
    "place": Text("Жазбадағы орны", "Место в записи", "Place in the record"),
    "figure": Text("Мәні", "Значение", "Value"),
    "record": Text("Жазба", "Запись", "Record"),
    "records": Text("Бастапқы жазбалар", "Исходные записи", "Source records"),
    "received": Text("алынған", "получена", "retrieved"),
    "address": Text("дереккөз мекенжайы", "адрес источника", "address of the source"),
    "unknown": Text("белгісіз", "неизвестен", "unknown"),
    "replies": Text("Тараптардың түсіндірмелері", "Пояснения сторон", "Replies of the parties"),
    "no_replies": Text(
        "Түсіндірме келіп түскен жоқ.", "Пояснений не поступало.", "No explanation was received."
    ),
    "as_then": Text("Сол күнгі баға", "Оценка на тот день", "The score as of that day"),
    "check": Text(
        "Қол қойылған JSON файлында осы PDF-тің SHA-256 мәні бар. Тексеру: gateway dossier verify "
        "dossier.json --pdf dossier.pdf. Кілттер:",
        "Подписанный файл JSON содержит SHA-256 этого PDF. Проверка: gateway dossier verify "
        "dossier.json --pdf dossier.pdf. Ключи:",
        "The signed JSON file holds the SHA-256 of this PDF. To check: gateway dossier verify "
        "dossier.json --pdf dossier.pdf. Keys:",
    ),
}
