"""One process of the portal, translated to an OCDS compiled release with the fields we add (x_…).

Pure: what it reads is the bundle, the dictionaries and the key for pseudonyms. Times of the portal
are in UTC+5 and are written so; original codes stand beside those of OCDS.
"""

from collections.abc import Iterator
from typing import Any, Final

from ingestor.sources.goszakup.bundle import NoticeBundle, flattened, root_of
from ingestor.sources.goszakup.dictionaries import Dictionaries
from ingestor.sources.goszakup.payload import reading
from ingestor.sources.goszakup.payloads_contracts import Contract
from ingestor.sources.goszakup.payloads_purchases import Notice
from ingestor.sources.goszakup.persons import Curtain
from ingestor.sources.goszakup.prefix import PREFIX
from ingestor.sources.goszakup.translate.awards import Awards
from ingestor.sources.goszakup.translate.bids import bids, tenderers
from ingestor.sources.goszakup.translate.complaints import complaints
from ingestor.sources.goszakup.translate.contracts import contracts
from ingestor.sources.goszakup.translate.parts import present
from ingestor.sources.goszakup.translate.planning import grounds, planning
from ingestor.sources.goszakup.translate.tender import tender
from ingestor.sources.goszakup.translate.versions import roots
from ingestor.sources.goszakup.translate.view import View
from ingestor.sources.goszakup.values import key, latest, text

CHANGES: Final = (
    *("publish_date", "itogi_date_public", "last_update_date", "index_date", "date_apply"),
    *("crdate", "sign_date", "approve_date", "revoke_date", "pay_date", "timestamp", "date_create"),
)
"""Fields that say when something happened; deadlines and other dates to come are none of them."""


def translate(
    bundle: NoticeBundle,
    dictionaries: Dictionaries,
    *,
    key: bytes,
    prefix: str = PREFIX,
) -> dict[str, Any]:
    """Return the compiled release of one process. `key` makes the pseudonyms of persons.

    Raises ValueError for a bundle that names neither notice nor contract nor plan point.
    """
    curtain = Curtain(key)
    view = View(flattened(bundle), dictionaries, curtain, prefix)
    release = _release(view)
    return curtain.draw(release)


def ocid(bundle: NoticeBundle, prefix: str = PREFIX) -> str:
    """Return the ocid of a process: of its notice, else its contract's root, else its plan point.

    Raises ValueError for a bundle that names none of them.
    """
    notice = bundle.notice
    if notice is not None and key(notice.id):
        return f"{prefix}-{key(notice.id)}"
    if bundle.contracts:
        return f"{prefix}-c{roots(bundle.contracts)[0]}"
    for point in bundle.plans:
        return f"{prefix}-p{root_of(point)}"
    raise ValueError("A process is a notice, a contract or a plan point; here is none of them")


def _release(view: View) -> dict[str, Any]:
    own = ocid(view.bundle, view.prefix)
    date = _newest(view.bundle)
    body = _purchase(view) if view.bundle.notice or view.bundle.contracts else _plan(view)
    compact = date.translate(str.maketrans("", "", "-:T"))[:14] if date else "0"
    return present(
        {
            "ocid": own,
            "id": f"{own}-{compact}",
            "date": date,
            "tag": ["compiled"],
            "initiationType": "tender",
            "language": "ru",
            "parties": view.parties.written(),
            **body,
            "x_goszakup": _unexplained(view),
        }
    )


def _purchase(view: View) -> dict[str, Any]:
    """Write all parts of a notice, or of a contract without one."""
    notice = view.bundle.notice
    tendered = tender(view, notice) if notice else {}
    tendered |= tenderers(view)
    awards = Awards(view)
    signed = contracts(view, awards)
    if notice is None:
        tendered = _direct(view, signed)
    details = bids(view)
    return {
        "buyer": _buyer(view),
        "planning": planning(view, list(view.plans.values())),
        "tender": tendered,
        "bids": None if details is None else {"details": details},
        "awards": awards.written(),
        "contracts": signed,
        "complaints": complaints(view),
        "relatedProcesses": list(_related(view, notice)) if notice else None,
    }


def _plan(view: View) -> dict[str, Any]:
    written = planning(view, list(view.plans.values()))
    return {"buyer": _buyer(view), "planning": written}


def _direct(view: View, signed: list[dict[str, Any]]) -> dict[str, Any]:
    """Write the tender that a contract without notice stands for; its method is its own."""
    first: Contract = view.bundle.contracts[0]
    told = view.meaning(
        "ref_trade_methods", "methods", first.fakt_trade_methods_id, first.fakt_trade_methods
    )
    category = view.meaning(
        "ref_subject_type", "subjects", first.ref_subject_type_id, first.ref_subject_type
    )
    contract = signed[0] if signed else {}
    method = told.word or ("direct" if told.code is None else None)
    source = grounds(view, list(view.plans.values())) if method == "direct" else {}
    return present(
        {
            "id": f"c{contract.get('x_root') or roots(view.bundle.contracts)[0]}",
            "title": contract.get("description"),
            "status": "complete",
            "value": contract.get("value"),
            "procurementMethod": method,
            "procurementMethodDetails": told.details(),
            "mainProcurementCategory": category.word,
            "procuringEntity": contract.get("buyer"),
            "x_single_source": present(
                {**source, "supplier": next(iter(contract.get("suppliers", [])), None)}
            )
            if method == "direct"
            else None,
            "x_without_notice": True,
        }
    )


def _buyer(view: View) -> dict[str, Any] | None:
    """Return the buyer where there is one; of several none is the buyer, all are parties."""
    notice = view.bundle.notice
    if notice is not None and not view.lots and key(notice.customer_bin):
        view.parties.refer(
            "buyer", notice.customer_bin, notice.customer_name_ru, notice.customer_name_kz
        )
    found = [party for party in view.parties.written() if "buyer" in party["roles"]]
    if len(found) != 1:
        return None
    return {"id": found[0]["id"], "name": found[0].get("name") or found[0]["id"]}


def _related(view: View, notice: Notice) -> Iterator[dict[str, Any]]:
    """Yield the earlier attempt: the parent, else the notice whose number this one goes on with."""
    own = key(notice.id)
    first, _, attempt = (text(notice.number_anno) or "").partition("-")
    numbered = first if attempt not in ("", "1") and first.isdecimal() else None
    prior = key(notice.parent_id) or numbered
    if prior is not None and prior != own:
        yield {
            "id": prior,
            "relationship": ["prior"],
            "title": f"Notice {prior}",
            "scheme": "ocid",
            "identifier": f"{view.prefix}-{prior}",
        }


def _unexplained(view: View) -> dict[str, Any]:
    return present(
        {
            "unknown_codes": [
                {"dictionary": dictionary, "code": code} for dictionary, code in view.unknown
            ]
        }
    )


def _newest(bundle: NoticeBundle) -> str | None:
    """Return when the newest of what is told here happened."""
    told = [*bundle.lots, *(bundle.bids or ()), *bundle.contracts, *bundle.acts, *bundle.plans]
    told += [*bundle.payments, *bundle.complaints]
    if bundle.notice is not None:
        told.append(bundle.notice)
    return latest(date for one in told for date in reading(one.__class__, CHANGES)(one))
