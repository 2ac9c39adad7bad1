"""Appeals against a purchase: who sent them, and which body decides; as a person nobody is read."""

from typing import Any, Final

from ingestor.sources.goszakup.payloads_purchases import Complaint
from ingestor.sources.goszakup.translate.parts import present
from ingestor.sources.goszakup.translate.view import View
from ingestor.sources.goszakup.values import key, moment, text

SENDERS: Final = {"1": "organiser", "2": "supplier", "3": "stateAudit"}  # field `type`


def complaints(view: View) -> list[dict[str, Any]]:
    """Write the complaints. What their status ids mean is not published; they stay as they are."""
    found = [one for one in view.bundle.complaints if text(one.is_deleted) != "1"]
    return [_complaint(view, one) for one in found]


def _complaint(view: View, one: Complaint) -> dict[str, Any]:
    return present(
        {
            "id": key(one.id),
            "number": text(one.number_appeal),
            "date": moment(one.date_apply),
            "period": present(
                {"startDate": moment(one.start_date), "endDate": moment(one.end_date)}
            ),
            "decisionDate": moment(one.decision_date),
            "addressee": _addressee(view, key(one.inspect_subj_id)),
            "x_sender": SENDERS.get(text(one.type) or ""),
            "x_goszakup": present(
                {
                    "status": text(one.status),
                    "type": text(one.type),
                    "complaint": key(one.complaint_id),
                }
            ),
        }
    )


def _addressee(view: View, inspector: str | None) -> str | None:
    """Tell who decides: the organiser or a customer itself, or else a body of state audit."""
    if inspector is None:
        return None
    notice = view.bundle.notice
    own = {key(lot.customer_id) for lot in view.lots.values()}
    own |= {key(notice.org_pid)} if notice else set()
    return "organiser" if inspector in own else "stateAudit"
