"""Because of what an indicator is not computable, said in the reader's language."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from gateway.coverage import Because
from gateway.needs import path_of
from shared.contracts.sources import Lack
from shared.vocabulary.text import Language, Text

TEXTS: Final = {
    "field_missing": Text(
        kk="Есептелмейді, себебі сатып алуда {need} жоқ.",
        ru="Не вычисляется, потому что в закупке нет {need}.",
        en="Not computable because the purchase has no {need}.",
    ),
    "register_unknown": Text(
        kk="Есептелмейді, себебі сол күндері {need} тізілімінде кім тұрғаны белгісіз.",
        ru="Не вычисляется, потому что неизвестно, кто в эти дни состоял в реестре {need}.",
        en="Not computable because it is not known who stood in the register {need} on those days.",
    ),
    "plans_unknown": Text(
        kk="Есептелмейді, себебі бұл кезеңнің жоспар тармақтары белгісіз.",
        ru="Не вычисляется, потому что пункты плана на этот период неизвестны.",
        en="Not computable because the plan points for this period are not known.",
    ),
    "law_unknown": Text(
        kk="Есептелмейді, себебі сол күнгі {need} белгісіз.",
        ru="Не вычисляется, потому что на тот день неизвестно {need}.",
        en="Not computable because {need} is not known for that day.",
    ),
    "data_missing": Text(
        kk="Есептелмейді, себебі қажетті деректер жоқ.",
        ru="Не вычисляется, потому что нет нужных данных.",
        en="Not computable because data that it needs are missing.",
    ),
    "too_few_cases": Text(
        kk="Есептелмейді, себебі салыстыратын жағдай тым аз.",
        ru="Не вычисляется, потому что слишком мало сопоставимых случаев.",
        en="Not computable because there are too few comparable cases.",
    ),
    "failed": Text(
        kk="Есептелмейді, себебі есептеу кезінде қате шықты.",
        ru="Не вычисляется, потому что при расчёте произошла ошибка.",
        en="Not computable because the calculation failed.",
    ),
    "not_looked_at": Text(
        kk="Белгісіз, себебі бұл кезеңнің сатып алулары әлі қаралған жоқ немесе олар мүлдем жоқ.",
        ru="Неизвестно, потому что закупки этого периода ещё не просмотрены или их нет.",
        en="Not known because purchases of this period were not looked at yet, or there are none.",
    ),
}

DECLARED: Final = "source_lacks"
"""The source never gives it, and its declaration says why."""


class Reason(NamedTuple):
    """What an indicator lacks: in how many processes, or on how many days."""

    code: str
    need: str | None = None
    processes: int | None = None
    days: int | None = None


def told(reason: Reason, lacks: Sequence[Lack], language: Language) -> Because:
    """Say a reason in one language; what the source declares to lack in the words it does so."""
    declared = next((lack for lack in lacks if _is_of(lack, reason.need)), None)
    if declared is not None:
        text = getattr(declared.because, language)
        return Because(DECLARED, reason.need, reason.processes, reason.days, text)
    text = TEXTS[reason.code].in_(language).format(need=reason.need)
    return Because(*reason, text)


def _is_of(lack: Lack, need: str | None) -> bool:
    field = path_of(need or "")
    return any(field == path or field.startswith(f"{path}.") for path in lack.paths)
