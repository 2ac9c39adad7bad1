"""Appeals against a purchase. Who decides them, as a person, is not read."""

from typing import Any, Final

from ingestor.sources.goszakup.payloads_purchases import Complaint
from ingestor.sources.goszakup.translate.parts import present
from ingestor.sources.goszakup.translate.view import View
from ingestor.sources.goszakup.values import key, moment, text

ADDRESSEES: Final = {"1": "organiser", "2": "supplier", "3": "stateAudit"}  # field `type`


def complaints(view: View) -> list[dict[str, Any]]:
    """Write the complaints. What their status ids mean is not published; they stay as they are."""
    return [_complaint(one) for one in view.bundle.complaints if text(one.is_deleted) != "1"]


def _complaint(one: Complaint) -> dict[str, Any]:
    return present(
        {
            "id": key(one.id),
            "number": text(one.number_appeal),
            "date": moment(one.date_apply),
            "period": present(
                {"startDate": moment(one.start_date), "endDate": moment(one.end_date)}
            ),
            "decisionDate": moment(one.decision_date),
            "addressee": ADDRESSEES.get(text(one.type) or ""),
            "x_goszakup": present(
                {
                    "status": text(one.status),
                    "type": text(one.type),
                    "complaint": key(one.complaint_id),
                }
            ),
        }
    )
