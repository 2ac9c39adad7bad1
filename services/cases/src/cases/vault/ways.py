"""The channels a tip can come by, and what each reveals, to whom: told before anything is sent."""

from typing import Final

from shared.contracts.casework.tips_of_senders import WayIn

WAYS: Final = (
    WayIn(
        code="web",
        title={"kk": "Веб-бет", "ru": "Веб-страница", "en": "Web page"},
        sealed_by="sender",
        reveals={
            "kk": "Мәтінді құрылғыңыз шифрлайды, оны тек таңдалған алушылар ашады. Платформа "
            "түскен күнді, шамамен көлемін және таңдаған ұйымды көреді. Байланыс операторы мен "
            "жұмыс берушінің желісі бетке кіргеніңізді көре алады: бөгде желі не Tor қолданыңыз.",
            "ru": "Текст шифрует ваше устройство, открыть его могут только выбранные получатели. "
            "Платформа видит день, примерный размер и выбранную организацию. Оператор связи и сеть "
            "работодателя могут видеть, что вы были на странице: возьмите чужую сеть или Tor.",
            "en": "Your device encrypts the text; only the recipients you chose can open it. The "
            "platform sees the day, a rough size and the organisation chosen. Your provider and an "
            "employer's network can see that you opened the page: use another network, or Tor.",
        },
    ),
    WayIn(
        code="api",
        title={"kk": "Бағдарлама", "ru": "Программа", "en": "Program"},
        sealed_by="sender",
        reveals={
            "kk": "Клиент кітапханасы мәтінді жібермей тұрып шифрлайды. Ашық мәтінмен (`:plain`) "
            "жіберілсе, платформа мәтінді де, түбіртекті де бір сұрау бойы көреді, сақтамайды.",
            "ru": "Клиентская библиотека шифрует до отправки. При отправке открытым текстом "
            "(`:plain`) платформа видит текст и квитанцию на время одного запроса и не хранит их.",
            "en": "The client library seals before it sends. Sent in the clear (`:plain`), the "
            "platform sees text and receipt for the length of one request and keeps neither.",
        },
    ),
    WayIn(
        code="phone",
        title={"kk": "Телефон", "ru": "Телефон", "en": "Telephone"},
        sealed_by="recipient",
        reveals={
            "kk": "Сөйлескен адам дауысыңызды естиді, байланыс операторы кімге қоңырау шалғаныңызды"
            " біледі. Мәтінді сол адам өз құрылғысында шифрлап, түбіртекті сізге айтады.",
            "ru": "Собеседник слышит ваш голос, оператор связи знает, кому вы звонили. Текст "
            "шифрует собеседник на своём устройстве и называет вам квитанцию.",
            "en": "Who answers hears your voice, and the telephone company knows whom you called. "
            "Who answers seals what you say on a device of theirs and reads the receipt to you.",
        },
    ),
    WayIn(
        code="paper",
        title={"kk": "Хат", "ru": "Письмо на бумаге", "en": "Paper"},
        sealed_by="recipient",
        reveals={
            "kk": "Жазу мәнері, қолтаңба, пошта мөрі мен саусақ ізі қағазда қалады. Алушы оны "
            "көшіріп шифрлайды, түбіртекті тек көрсетілген жолмен бере алады.",
            "ru": "На бумаге остаются почерк, штемпель и отпечатки. Получатель переписывает и "
            "шифрует текст; квитанцию он может передать только указанным в письме путём.",
            "en": "Handwriting, postmark and fingerprints stay on paper. The recipient copies and "
            "seals the text, and can hand you a receipt only in a way that the letter names.",
        },
    ),
    WayIn(
        code="messenger",
        title={"kk": "Мессенджер", "ru": "Мессенджер", "en": "Messenger"},
        sealed_by="platform",
        reveals={
            "kk": "Мессенджер иесі нөміріңізді, уақытын және көбіне мәтінін біледі. Платформа "
            "мәтінді қабылдап, бірден шифрлайды, ашық түрде сақтамайды.",
            "ru": "Владелец мессенджера знает ваш номер, время и чаще всего текст. Платформа "
            "принимает текст, сразу шифрует и в открытом виде не хранит.",
            "en": "Whoever runs the messenger knows your number, the time and mostly the text. The "
            "platform takes the text, seals it at once and keeps nothing in the clear.",
        },
    ),
)
