"""What the page of tips says, in Kazakh, Russian and English."""

from typing import Final

from shared.vocabulary.text import Text

SAID: Final = {
    "heading": Text(
        kk="Сатып алу туралы хабарлау", ru="Сообщить о закупке", en="Tell about a purchase"
    ),
    "lead": Text(
        kk="Аты-жөніңіз керек емес. Мәтінді браузеріңіз шифрлайды, оны тек сіз таңдаған ұйымның "
        "алушылары ашады. Платформаны басқаратындар да, мемлекеттік органдар да оқи алмайды.",
        ru="Имя не нужно. Текст шифрует ваш браузер, открыть его могут только получатели выбранной "
        "вами организации. Ни владельцы платформы, ни госорганы прочесть его не могут.",
        en="No name is needed. Your browser seals the text; only recipients of the organisation "
        "you choose can open it. Neither who runs this platform nor any authority can read it.",
    ),
    "reveals": Text(
        kk="Бұл бет нені ашады", ru="Что выдаёт эта страница", en="What this page reveals"
    ),
    "careful": Text(
        kk="Жұмыс компьютерінен кірмеңіз. Мәтінге өзіңізді танытатын ештеңе жазбаңыз. Суреттер мен "
        "құжаттарда автор, орын және уақыт туралы деректер болуы мүмкін: алдымен өшіріңіз.",
        ru="Не заходите с рабочего компьютера. Не пишите того, по чему вас можно узнать. В снимках "
        "и документах бывают данные об авторе, месте и времени: сначала удалите их.",
        en="Do not use a computer of your employer. Write nothing that only you can know. Pictures "
        "and documents can hold their author, place and time: remove these first.",
    ),
    "no_script": Text(
        kk="Мәтінді құрылғыңызда шифрлау үшін бетке JavaScript керек. Онсыз басқа жолды таңдаңыз.",
        ru="Чтобы зашифровать текст на вашем устройстве, странице нужен JavaScript. Без него "
        "выберите другой путь.",
        en="To seal the text on your device the page needs JavaScript. Else take another way.",
    ),
    "to_whom": Text(kk="Кімге", ru="Кому", en="To whom"),
    "not_to": Text(
        kk="Мүддесі бар адамды алып тастаңыз: белгі қойылғандар ғана оқиды.",
        ru="Снимите отметку с того, кто заинтересован: прочтут только отмеченные.",
        en="Untick whoever has an interest in the matter: only those ticked will read it.",
    ),
    "nobody": Text(
        kk="Қазір хабарлама қабылдайтын ұйым жоқ.",
        ru="Сейчас нет организации, которая принимает сообщения.",
        en="No organisation takes tips at the moment.",
    ),
    "text": Text(kk="Не болды", ru="Что произошло", en="What happened"),
    "objects": Text(
        kk="Лот немесе сатып алу нөмірі (білсеңіз)",
        ru="Номер лота или закупки (если знаете)",
        en="Number of the lot or purchase (if you know it)",
    ),
    "files": Text(kk="Файлдар (10 МБ дейін)", ru="Файлы (до 10 МБ)", en="Files (up to 10 MB)"),
    "cleaned": Text(
        kk="JPEG мен PNG суреттерінен бет орнын, уақытын, камерасын және иесін шифрлау алдында "
        "алып тастайды. Басқа файлдан (PDF, Word, HEIC, бейне, дыбыс) ештеңе алынбайды: оларда "
        "авторы, құрылғысы, орны қалуы мүмкін. Суретте көрінгеннің бәрі қалады.",
        ru="Из снимков JPEG и PNG страница перед шифрованием убирает место, время, камеру и "
        "владельца. Из других файлов (PDF, Word, HEIC, видео, звук) не убирается ничего: в них "
        "могут остаться автор, устройство, место. То, что видно на снимке, остаётся.",
        en="From JPEG and PNG pictures the page takes place, time, camera and owner before it seals"
        " them. From other files (PDF, Word, HEIC, video, sound) it takes nothing: they may tell "
        "author, device and place. What can be seen in a picture stays.",
    ),
    "kept": Text(
        kk="Ештеңе алынбайтын файлдар:",
        ru="Ничего не убирается из файлов:",
        en="Nothing is taken from:",
    ),
    "unread": Text(
        kk="Сурет оқылмады, сондықтан ештеңе жіберілмеді. Оны қайта сақтаңыз не алып тастаңыз.",
        ru="Снимок не читается, поэтому ничего не отправлено. Сохраните его заново или уберите.",
        en="A picture cannot be read, so nothing was sent. Save it anew or leave it out.",
    ),
    "send": Text(kk="Шифрлап жіберу", ru="Зашифровать и отправить", en="Seal and send"),
    "working": Text(
        kk="Шифрланып жатыр, бір минутқа дейін. Бетті жаппаңыз.",
        ru="Шифруется, до минуты. Не закрывайте страницу.",
        en="Being sealed, up to a minute. Leave the page open.",
    ),
    "sent": Text(kk="Жіберілді", ru="Отправлено", en="Sent"),
    "receipt": Text(kk="Түбіртек", ru="Квитанция", en="Receipt"),
    "keep": Text(
        kk="Осы түбіртекті қағазға жазып алыңыз. Ол тек осы жерде көрсетіледі, сақталмайды; "
        "онсыз жауапты оқи алмайсыз.",
        ru="Запишите квитанцию на бумаге. Она показана только здесь и нигде не хранится; без неё "
        "ответ не прочесть.",
        en="Write the receipt down on paper. It is shown only here and kept nowhere; without it "
        "you cannot read the answer.",
    ),
    "have": Text(kk="Түбіртегім бар", ru="У меня есть квитанция", en="I have a receipt"),
    "open": Text(kk="Ашу", ru="Открыть", en="Open"),
    "status": Text(kk="Күйі", ru="Состояние", en="Status"),
    "you": Text(kk="Сіз", ru="Вы", en="You"),
    "reply": Text(kk="Жауап жазу", ru="Написать ответ", en="Write back"),
    "withdraw": Text(
        kk="Хабарламаны кері алу және жою", ru="Отозвать и уничтожить", en="Withdraw and destroy"
    ),
    "gone": Text(
        kk="Кері алынды, мазмұны жойылды.",
        ru="Отозвано, содержание уничтожено.",
        en="Withdrawn; what it said is destroyed.",
    ),
    "wrong": Text(
        kk="Мұндай түбіртекпен ештеңе ашылмайды.",
        ru="По такой квитанции ничего не открывается.",
        en="Nothing is opened by this receipt.",
    ),
    "failed": Text(
        kk="Болмады, ештеңе жоғалған жоқ: біраздан соң қайталаңыз.",
        ru="Не получилось, ничего не пропало: попробуйте немного позже.",
        en="It did not work and nothing is lost: try again in a while.",
    ),
    "state_received": Text(kk="Келіп түсті", ru="Получено", en="Received"),
    "state_triaged": Text(kk="Қаралды", ru="Рассмотрено", en="Triaged"),
    "state_needs_info": Text(
        kk="Нақтылау күтілуде", ru="Ждёт вашего уточнения", en="More is asked of you"
    ),
    "state_adopted": Text(
        kk="Ұйым өз атынан алды", ru="Принято организацией", en="Adopted by the organisation"
    ),
    "state_linked": Text(kk="Іске қосылды", ru="Связано с делом", en="Linked to a case"),
    "state_rejected": Text(kk="Қабылданбады", ru="Отклонено", en="Rejected"),
    "state_referred": Text(
        kk="Басқа жол көрсетілді", ru="Указан другой путь", en="Referred elsewhere"
    ),
    "state_withdrawn": Text(kk="Кері алынды", ru="Отозвано", en="Withdrawn"),
}
