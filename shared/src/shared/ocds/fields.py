"""The fields of a release that matter, and the kind of each: what the normal form promises.

Everything named here has its declared kind after normalising, or is absent. Other fields are kept
as the publisher wrote them, with clean texts and numbers in range. Names follow OCDS 1.1 and its
bids, lots and enquiries extensions; a few of OCDS 1.0 and of single publishers stand beside.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from shared.ocds.leaves import AMOUNT, COUNT, DATE, FLAG, ID, SIGNED, TEXT, Leaf, code
from shared.vocabulary.procurement import (
    AwardStatus,
    BidStatus,
    Category,
    ContractStatus,
    Method,
    Role,
    TenderStatus,
)


class Object(NamedTuple):
    """An object. A bare value in its place is taken for its field `wrap`."""

    fields: "Mapping[str, Kind]"
    wrap: str | None = None
    organisation: bool = False


class Array(NamedTuple):
    """An array. `identified`: its objects are told apart by id, so no two may share one."""

    of: "Leaf | Object"
    identified: bool = False


Kind = Leaf | Object | Array


def things(fields: Mapping[str, Kind]) -> Array:
    """Declare an array of objects that have ids of their own."""
    return Array(Object(fields), identified=True)


MONEY: Final = Object({"amount": AMOUNT, "currency": TEXT}, wrap="amount")
SIGNED_MONEY: Final = Object({"amount": SIGNED, "currency": TEXT}, wrap="amount")
PERIOD: Final = Object(
    {"startDate": DATE, "endDate": DATE, "maxExtentDate": DATE, "durationInDays": SIGNED}
)
CLASSIFICATION: Final = Object({"scheme": TEXT, "id": ID, "description": TEXT, "uri": TEXT}, "id")
IDENTIFIER: Final = Object({"scheme": TEXT, "id": ID, "legalName": TEXT, "uri": TEXT}, "id")
ADDRESS: Final = Object(
    {
        "streetAddress": TEXT,
        "locality": TEXT,
        "region": TEXT,
        "postalCode": TEXT,
        "countryName": TEXT,
    },
    wrap="streetAddress",
)
ORGANISATION: Final = Object(
    {
        "id": ID,
        "name": TEXT,
        "identifier": IDENTIFIER,
        "additionalIdentifiers": Array(IDENTIFIER),
        "address": ADDRESS,
        "roles": Array(code(Role)),
    },
    wrap="name",
    organisation=True,
)
ORGANISATIONS: Final = Array(ORGANISATION)
DOCUMENTS: Final = things(
    {
        "id": ID,
        "documentType": TEXT,
        "title": TEXT,
        "description": TEXT,
        "url": TEXT,
        "datePublished": DATE,
        "dateModified": DATE,
        "format": TEXT,
        "language": TEXT,
    }
)
UNIT: Final = Object(
    {"scheme": TEXT, "id": ID, "name": TEXT, "value": MONEY, "uri": TEXT}, wrap="name"
)
ITEMS: Final = things(
    {
        "id": ID,
        "description": TEXT,
        "classification": CLASSIFICATION,
        "additionalClassifications": Array(CLASSIFICATION),
        "quantity": SIGNED,
        "unit": UNIT,
        "relatedLot": ID,
        "suppliers": ORGANISATIONS,
    }
)
MILESTONES: Final = things(
    {
        "id": ID,
        "title": TEXT,
        "type": TEXT,
        "description": TEXT,
        "code": TEXT,
        "dueDate": DATE,
        "dateMet": DATE,
        "dateModified": DATE,
        "status": TEXT,
    }
)
AMENDMENT: Final = Object(
    {
        "id": ID,
        "date": DATE,
        "rationale": TEXT,
        "description": TEXT,
        "amendsReleaseID": ID,
        "releaseID": ID,
    }
)
AMENDMENTS: Final = Array(AMENDMENT, identified=True)
RELATED: Final = things(
    {
        "id": ID,
        "relationship": Array(TEXT),
        "title": TEXT,
        "scheme": TEXT,
        "identifier": ID,
        "uri": TEXT,
    }
)
LOTS: Final = things(
    {
        "id": ID,
        "title": TEXT,
        "description": TEXT,
        "status": code(TenderStatus),
        "value": MONEY,
        "minValue": MONEY,
        "contractPeriod": PERIOD,
        "tenderPeriod": PERIOD,
    }
)
CRITERIA: Final = things({"id": ID, "title": TEXT, "description": TEXT, "type": TEXT})
ENQUIRIES: Final = things({"id": ID, "date": DATE, "dateAnswered": DATE, "relatedLot": ID})
TENDER: Final = Object(
    {
        "id": ID,
        "title": TEXT,
        "description": TEXT,
        "status": code(TenderStatus),
        "procuringEntity": ORGANISATION,
        "executingEntity": ORGANISATION,
        "items": ITEMS,
        "lots": LOTS,
        "value": MONEY,
        "minValue": MONEY,
        "procurementMethod": code(Method),
        "procurementMethodDetails": TEXT,
        "procurementMethodRationale": TEXT,
        "mainProcurementCategory": code(Category),
        "additionalProcurementCategories": Array(TEXT),
        "awardCriteria": TEXT,
        "awardCriteriaDetails": TEXT,
        "submissionMethod": Array(TEXT),
        "submissionMethodDetails": TEXT,
        "datePublished": DATE,
        "tenderPeriod": PERIOD,
        "enquiryPeriod": PERIOD,
        "awardPeriod": PERIOD,
        "contractPeriod": PERIOD,
        "hasEnquiries": FLAG,
        "eligibilityCriteria": TEXT,
        "numberOfTenderers": COUNT,
        "numberOfBids": COUNT,
        "tenderers": ORGANISATIONS,
        "documents": DOCUMENTS,
        "milestones": MILESTONES,
        "amendments": AMENDMENTS,
        "amendment": AMENDMENT,
        "enquiries": ENQUIRIES,
        "criteria": CRITERIA,
    }
)
PLANNING: Final = Object(
    {
        "id": ID,
        "rationale": TEXT,
        "budget": Object(
            {
                "id": ID,
                "description": TEXT,
                "amount": MONEY,
                "value": MONEY,
                "project": TEXT,
                "projectID": ID,
                "uri": TEXT,
                "source": TEXT,
            }
        ),
        "documents": DOCUMENTS,
        "milestones": MILESTONES,
        "tender": TENDER,
    }
)
BIDS: Final = Object(
    {
        "details": things(
            {
                "id": ID,
                "date": DATE,
                "status": code(BidStatus),
                "tenderers": ORGANISATIONS,
                "value": MONEY,
                "documents": DOCUMENTS,
                "items": ITEMS,
                "relatedLots": Array(ID),
                "relatedLot": ID,
            }
        ),
        "statistics": things(
            {"id": ID, "measure": TEXT, "date": DATE, "value": SIGNED, "relatedLot": ID}
        ),
    },
    wrap="details",
)
AWARDS: Final = things(
    {
        "id": ID,
        "title": TEXT,
        "description": TEXT,
        "status": code(AwardStatus),
        "date": DATE,
        "value": MONEY,
        "suppliers": ORGANISATIONS,
        "items": ITEMS,
        "contractPeriod": PERIOD,
        "documents": DOCUMENTS,
        "amendments": AMENDMENTS,
        "amendment": AMENDMENT,
        "relatedLots": Array(ID),
        "relatedBid": ID,
        "relatedBids": Array(ID),
    }
)
TRANSACTIONS: Final = things(
    {
        "id": ID,
        "source": TEXT,
        "date": DATE,
        "value": SIGNED_MONEY,
        "amount": SIGNED_MONEY,
        "payer": ORGANISATION,
        "payee": ORGANISATION,
        "providerOrganization": ORGANISATION,
        "receiverOrganization": ORGANISATION,
        "uri": TEXT,
    }
)
CONTRACTS: Final = things(
    {
        "id": ID,
        "awardID": ID,
        "title": TEXT,
        "description": TEXT,
        "status": code(ContractStatus),
        "period": PERIOD,
        "value": MONEY,
        "items": ITEMS,
        "dateSigned": DATE,
        "suppliers": ORGANISATIONS,
        "buyer": ORGANISATION,
        "documents": DOCUMENTS,
        "implementation": Object(
            {
                "transactions": TRANSACTIONS,
                "milestones": MILESTONES,
                "documents": DOCUMENTS,
                "charges": things({"id": ID, "title": TEXT}),
            }
        ),
        "milestones": MILESTONES,
        "relatedProcesses": RELATED,
        "amendments": AMENDMENTS,
        "amendment": AMENDMENT,
        "relatedLots": Array(ID),
    }
)
RELEASE: Final = Object(
    {
        "ocid": ID,
        "id": ID,
        "date": DATE,
        "tag": Array(TEXT),
        "initiationType": TEXT,
        "language": TEXT,
        "parties": ORGANISATIONS,
        "buyer": ORGANISATION,
        "planning": PLANNING,
        "tender": TENDER,
        "bids": BIDS,
        "awards": AWARDS,
        "contracts": CONTRACTS,
        "relatedProcesses": RELATED,
    }
)
