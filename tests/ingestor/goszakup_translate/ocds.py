"""What OCDS 1.1 asks of the fields that a translation writes, as a JSON Schema of our own wording.

The standard's own schema is not part of any installable package; here stand only the fields that
we use, each with the type and, where the list of codes is closed, the codes the standard allows.
Fields of extensions are free, as they are in the standard.
"""

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": ["string", "null"]}
NUMBER: Schema = {"type": ["number", "null"]}
WHOLE: Schema = {"type": ["integer", "null"]}
MOMENT: Schema = {"type": ["string", "null"], "format": "date-time"}
ADDRESS_OF_PAGE: Schema = {"type": ["string", "null"], "format": "uri"}
ID: Schema = {"type": ["string", "integer"], "minLength": 1}


def _one_of(*codes: str) -> Schema:
    return {"enum": [*codes, None]}


def _object(required: str = "", **fields: Schema) -> Schema:
    return {"type": "object", "properties": fields, "required": required.split()}


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item, "uniqueItems": True}


MONEY = _object(amount=NUMBER, currency={"type": ["string", "null"], "pattern": "^[A-Z]{3}$"})
PERIOD = _object(startDate=MOMENT, endDate=MOMENT, durationInDays=WHOLE)
REFERENCE = _object("id name", id=ID, name=TEXT)
CODE = _object(scheme=TEXT, id={"type": ["string", "integer", "null"]}, description=TEXT)
UNIT = _object(scheme=TEXT, id=TEXT, name=TEXT, value=MONEY)
ITEM = _object(
    "id", id=ID, description=TEXT, quantity=NUMBER, unit=UNIT, classification=CODE, relatedLot=TEXT
)
DOCUMENT = _object(
    "id", id=ID, documentType=TEXT, title=TEXT, url=ADDRESS_OF_PAGE, datePublished=MOMENT
)
MILESTONE = _object(
    "id",
    id=ID,
    title=TEXT,
    dueDate=MOMENT,
    dateMet=MOMENT,
    status=_one_of("scheduled", "met", "notMet", "partiallyMet"),
)
AMENDMENT = _object(id=TEXT, date=MOMENT, rationale=TEXT, releaseID=TEXT, amendsReleaseID=TEXT)
PARTY = _object(
    "id",
    id=ID,
    name=TEXT,
    identifier=CODE,
    address=_object(region=TEXT, locality=TEXT, countryName=TEXT),
    roles={"type": ["array", "null"], "items": {"type": "string"}},
)
PLANNING = _object(
    rationale=TEXT,
    budget=_object(amount=MONEY, project=TEXT, projectID={"type": ["string", "integer", "null"]}),
    milestones=_list(MILESTONE),
)
TENDER = _object(
    "id",
    id=ID,
    title=TEXT,
    status=_one_of(
        "planning", "planned", "active", "cancelled", "unsuccessful", "complete", "withdrawn"
    ),
    procuringEntity=REFERENCE,
    value=MONEY,
    procurementMethod=_one_of("open", "selective", "limited", "direct"),
    procurementMethodDetails=TEXT,
    procurementMethodRationale=TEXT,
    mainProcurementCategory=_one_of("goods", "works", "services"),
    tenderPeriod=PERIOD,
    enquiryPeriod=PERIOD,
    awardPeriod=PERIOD,
    numberOfTenderers=WHOLE,
    tenderers=_list(REFERENCE),
    items=_list(ITEM),
    documents=_list(DOCUMENT),
    amendments=_list(AMENDMENT),
)
AWARD = _object(
    "id",
    id=ID,
    title=TEXT,
    status=_one_of("pending", "active", "cancelled", "unsuccessful"),
    date=MOMENT,
    value=MONEY,
    suppliers=_list(REFERENCE),
    items=_list(ITEM),
)
TRANSACTION = _object("id", id=ID, date=MOMENT, value=MONEY, payer=REFERENCE, payee=REFERENCE)
CONTRACT = _object(
    "id awardID",
    id=ID,
    awardID=ID,
    title=TEXT,
    status=_one_of("pending", "active", "cancelled", "terminated"),
    period=PERIOD,
    value=MONEY,
    items=_list(ITEM),
    dateSigned=MOMENT,
    amendments=_list(AMENDMENT),
    implementation=_object(
        transactions=_list(TRANSACTION), milestones=_list(MILESTONE), documents=_list(DOCUMENT)
    ),
)
TAGS = ("planning", "tender", "award", "contract", "implementation", "compiled")
RELATED = _object(
    id={"type": "string"}, relationship=_list({"type": "string"}), scheme=TEXT, identifier=TEXT
)
RELEASE = _object(
    "ocid id date tag initiationType",
    ocid={"type": "string", "minLength": 1},
    id={"type": "string", "minLength": 1, "pattern": "^[^#]+$"},
    date={"type": "string", "format": "date-time"},
    tag={**_list({"enum": list(TAGS)}), "minItems": 1},
    initiationType={"enum": ["tender"]},
    parties=_list(PARTY),
    buyer=REFERENCE,
    planning=PLANNING,
    tender=TENDER,
    awards=_list(AWARD),
    contracts=_list(CONTRACT),
    language=TEXT,
    relatedProcesses=_list(RELATED),
)
