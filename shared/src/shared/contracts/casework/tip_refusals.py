"""What can be refused to whoever sends a tip, beside what every service refuses."""

from shared.errors import Problem
from shared.vocabulary.text import Text


class RecipientsChanged(Problem):
    """A tip is sealed to two recipients at least, with keys that are in use; nobody else."""

    status = 409
    code = "tip_recipients_changed"
    title = Text(
        kk="Алушылар тізімі өзгерді",
        ru="Список получателей изменился",
        en="The recipients have changed",
    )
    example = "Read GET /v1/tips/channels again and seal to the keys that it names."


class ReceiptTaken(Problem):
    """There is a tip of this receipt, or of this random value, that is another one."""

    status = 409
    code = "tip_receipt_taken"
    title = Text(
        kk="Бұл түбіртек қолданылған", ru="Квитанция уже занята", en="The receipt is taken"
    )
    example = "Make a new receipt and a new random value."


class SessionOver(Problem):
    """The session has ended, or never was; which of these is not told."""

    status = 410
    code = "tip_session_over"
    title = Text(kk="Сеанс аяқталды", ru="Сеанс окончен", en="The session is over")
    example = "Begin a new one with your receipt: POST /v1/tips/session."


class WorkMissing(Problem):
    """The proof of work does not fit its subject, or its challenge is of another day."""

    status = 422
    code = "tip_work_missing"
    title = Text(kk="Жұмыс дәлелі жоқ", ru="Нет доказательства работы", en="Work is missing")
    example = "Read the challenge of today in GET /v1/tips/channels."
