"""The tender: the notice with its lots, terms and procedure."""

from typing import Any, Final

from ingestor.sources.goszakup.dictionaries import Meaning
from ingestor.sources.goszakup.payloads_purchases import Notice
from ingestor.sources.goszakup.translate.documents import documents
from ingestor.sources.goszakup.translate.lots import items, lots, method_id
from ingestor.sources.goszakup.translate.parts import money, period, present
from ingestor.sources.goszakup.translate.planning import single_source
from ingestor.sources.goszakup.translate.view import View
from ingestor.sources.goszakup.values import key, keys, moment, text

CATEGORIES: Final = "ref_subject_type"
SIGNS: Final = (
    *("singl_org_sign", "is_light_industry", "is_construction_work"),
    *("disable_person_id", "ref_spec_purchase_type_id"),
)
"""Signs of a notice that are kept as they are."""


def tender(view: View, notice: Notice) -> dict[str, Any]:
    """Write the tender of a notice, all but who took part in it."""
    method = method_of(view, notice)
    return present(
        {
            "id": key(notice.id),
            "title": text(notice.name_ru),
            "title_kk": text(notice.name_kz),
            **_status(view, notice),
            "value": money(notice.total_sum),
            "procuringEntity": view.parties.refer(
                "procuringEntity",
                notice.org_bin,
                notice.org_name_ru,
                notice.org_name_kz,
                pid=notice.org_pid,
            ),
            "procurementMethod": method.word,
            "procurementMethodDetails": method.details(),
            **_category(view, notice),
            **_times(notice),
            "lots": lots(view),
            "items": items(view),
            "documents": documents([*(notice.files or ()), *(notice.general_files or ())]),
            "amendments": _amendments(notice),
            "x_single_source": single_source(view, notice, method.word),
            "x_goszakup": _original(view, notice),
        }
    )


def method_of(view: View, notice: Notice) -> Meaning:
    """Return the method: the notice's own, else the one all its lots, or contracts, share."""
    told = view.meaning(
        "ref_trade_methods", "methods", notice.ref_trade_methods_id, notice.ref_trade_methods
    )
    if told.code is not None or told.name is not None:
        return told
    found = {method_id(lot) for lot in view.lots.values()} - {None}
    found = found or {key(one.fakt_trade_methods_id) for one in view.bundle.contracts} - {None}
    return view.meaning("ref_trade_methods", "methods", found.pop() if len(found) == 1 else None)


def _status(view: View, notice: Notice) -> dict[str, Any]:
    """Write the notice's status; where it is not known, the one that all its lots share."""
    told = view.meaning(
        "ref_buy_status", "notices", notice.ref_buy_status_id, notice.ref_buy_status
    )
    word = told.word
    if told.code is None and word is None and view.lots:
        words = {
            view.meaning("ref_lots_status", "lots", lot.ref_lot_status_id, lot.ref_lots_status).word
            for lot in view.lots.values()
        }
        word = words.pop() if len(words) == 1 else None
    return {"status": word, "statusDetails": told.details()}


def _category(view: View, notice: Notice) -> dict[str, Any]:
    told = view.meaning(CATEGORIES, "subjects", notice.ref_subject_type_id, notice.ref_subject_type)
    return {"mainProcurementCategory": told.word}


def _times(notice: Notice) -> dict[str, Any]:
    return {
        "datePublished": moment(notice.publish_date),
        "tenderPeriod": period(notice.start_date, notice.end_date),
        "enquiryPeriod": period(notice.discus_start_date, notice.discus_end_date),
        "awardPeriod": _award_period(notice),
        "x_second_period": period(notice.repeat_start_date, notice.repeat_end_date),
    }


def _award_period(notice: Notice) -> dict[str, Any]:
    """Write from the deadline to the results; before there are any, nothing is known of it."""
    return (
        period(notice.end_date, notice.itogi_date_public)
        if moment(notice.itogi_date_public)
        else {}
    )


def _amendments(notice: Notice) -> list[dict[str, Any]]:
    """Write what befell the notice by decision: cancellations and pauses."""
    cancelled: list[dict[str, Any]] = [
        {
            "id": f"cancel-{key(one.id)}",
            "date": moment(one.date_decision) or moment(one.date_create),
            "rationale": text(one.type_actions_name_ru),
            "description": _joined(one.act_type_name_ru, one.number_decision, one.name_authority),
            "x_code": text(one.type_actions_code),
        }
        for one in notice.cancel or ()
    ]
    paused: list[dict[str, Any]] = [
        {
            "id": f"pause-{key(one.id)}",
            "date": moment(one.date_pause) or moment(one.date_create),
            "rationale": text(one.solution_name_ru) or text(one.status_name_ru),
            "description": _joined(one.status_name_ru, one.decide_number),
            "x_status": text(one.status),
            "x_decided": moment(one.decide_date),
            "relatedLots": keys(one.lots),
        }
        for one in notice.pause or ()
    ]
    return [present(one) for one in (*cancelled, *paused)]


def _joined(*parts: Any) -> str | None:
    return " ".join(found for part in parts if (found := text(part))) or None


def _original(view: View, notice: Notice) -> dict[str, Any]:
    signs = {sign: text(getattr(notice, sign)) for sign in SIGNS}
    return present(
        {
            "number": text(notice.number_anno),
            "status": key(notice.ref_buy_status_id),
            "method": key(notice.ref_trade_methods_id),
            "category": key(notice.ref_subject_type_id),
            "kind": key(notice.ref_type_trade_id),
            "kindName": view.name(
                "ref_type_trade", notice.ref_type_trade_id, notice.ref_type_trade
            ),
            "parent": key(notice.parent_id),
            "lots": text(notice.count_lots),
            "years": keys(notice.fin_year),
            "kato": keys(notice.kato),
            "signs": present({name: sign for name, sign in signs.items() if sign != "0"}),
        }
    )
