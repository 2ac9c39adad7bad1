"""What is asked of each GraphQL root: these fields, and no personal data that nothing needs.

Who typed, signed or sat on a commission, bank accounts and legal addresses are not asked for at
all. Names of fields and types are those of the portal's schema, introspected in July 2026.
"""

import re
from collections.abc import Mapping
from typing import Final

_ENSTRU: Final = "RefEnstru(RefEnstru){code nameRu nameKz}"
_PLACES: Final = "PlansKato(PlnPointsKato){plnPointsId refKatoCode fullDeliveryPlaceNameRu count}"
_BUDGET: Final = (
    "PlansSpec(PlnPointsSpec){id abpCode abpNameRu fkrbProgramCode fkrbProgramNameRu "
    "fkrbSubprogramCode fkrbSubprogramNameRu ekrbCode ekrbNameRu amount}"
)
_PLAN: Final = f"""
    id rootrecordId subjectBiin subjectNameRu subjectNameKz nameRu nameKz descRu extraDescRu
    refTradeMethodsId refUnitsCode refEnstruCode refSubjectTypeId refJustificationId refMonthsId
    refPlnPointStatusId refFinsourceId refBudgetTypeId refAbpCode plnPointYear count price amount
    prepayment supplyDateRu isDeleted isQvazi dateCreate timestamp indexDate
    PlanActs(PlnPointActs){{planActNumber dateApproved planFinYear}} {_PLACES} {_BUDGET} {_ENSTRU}
    RefUnits(RefUnits){{code nameRu nameKz}} RefFinsource(RefFinsource){{id nameRu nameKz}}
"""
_NAMED: Final = "pid bin iin nameRu nameKz typeSupplier"
_FILE: Final = "id filePath originalName nameRu nameKz indexDate"

FIELDS: Final[Mapping[str, str]] = {
    "TrdBuy": f"""
        id numberAnno nameRu nameKz totalSum countLots refTradeMethodsId refSubjectTypeId
        refBuyStatusId refTypeTradeId customerBin customerNameRu customerNameKz orgBin orgPid
        orgNameRu orgNameKz publishDate startDate endDate repeatStartDate repeatEndDate
        itogiDatePublic discusStartDate discusEndDate idSupplier biinSupplier parentId singlOrgSign
        isLightIndustry isConstructionWork disablePersonId refSpecPurchaseTypeId finYear kato
        lastUpdateDate indexDate
        Cancel(TrdBuyCancel){{id trdBuyId numberDecision dateDecision nameAuthority dateCreate
            actTypeNameRu typeActionsNameRu typeActionsCode indexDate}}
        Pause(TrdBuyPause){{id status dateCreate datePause decideNumber decideDate statusNameRu
            solutionNameRu lots(FieldByKeylots){{id}} indexDate}}
        Files(FileTrdBuy){{{_FILE}}}
    """,
    "Lots": f"""
        id lotNumber trdBuyId trdBuyNumberAnno refLotStatusId refTradeMethodsId
        refBuyTradeMethodsId unionLots count amount nameRu nameKz descriptionRu descriptionKz
        customerId customerBin customerNameRu customerNameKz dumping psdSign consultingServices
        pointList enstruList plnPointKatoList singlOrgSign isLightIndustry isConstructionWork
        disablePersonId isDeleted lastUpdateDate indexDate
        Plans(PlnPoint){{{_PLAN}}}
    """,
    "TrdApp": f"""
        id buyId supplierId supplierBinIin dateApply indexDate
        Supplier(Subject){{{_NAMED}}}
        AppLots(TrdAppLots){{id lotId statusId price amount discountValue discountPrice
            Offers(TrdPriceOfferPoint){{pointId price amount}}
            RefAppStatus(RefPoSt){{id nameRu nameKz code}}}}
    """,
    "Contract": f"""
        id parentId rootId trdBuyId trdBuyNumberAnno trdBuyNameRu trdBuyNameKz
        refAmendmAgreemJustifId refContractStatusId refContractTypeId refContractCancelId
        refSubjectTypeId refFinsourceId refCurrencyCode faktTradeMethodsId deleted supplierId
        supplierBiin customerId customerBin contractNumber contractNumberSys descriptionRu
        descriptionKz finYear contractSum contractSumWnds faktSum faktSumWnds withNds enforcement
        isGu crdate signDate ecEndDate planExecDate faktExecDate contractEndDate reportStatus
        reportCreatedAt reportSignAt lastUpdateDate indexDate
        ContractUnits(ContractUnits){{id contractRegistryId lotId plnPointId itemPrice
            itemPriceWnds quantity totalSum totalSumWnds deleted refEnstruCode indexDate
            Plans(PlnPoint){{{_PLAN}}}}}
        ContractPayment(ContractPayment){{id contractId paySum payDate currency indexDate}}
        TreasuryPay(TreasuryPay){{id contractId nomZa nomUved kato func espk gu typeBujet finSource
            prepaySum payAmount payDate lastUpdateDate indexDate}}
        Supplier(Subject){{{_NAMED}}} Customer(Subject){{{_NAMED}}}
        File(FileContract){{{_FILE}}}
    """,
    "Acts": f"""
        id numberAct aktDate approveDate revokeDate createDateAct contractRootId contractId
        parentId statusId statusNameRu isDeleted dayOverdue sumAvans sumFine typeAct allDone
        indexDate
        Place(ContractActPlace){{unitId quantity amount}}
        SpecSum(ContractActSpecSum){{quantity amount}}
        File(FileAct){{{_FILE}}}
    """,
    "ComplaintAppeal": """
        id trdBuyId complaintId numberAppeal type status active dateApply startDate endDate
        decisionDate inspectSubjId isDeleted lastUpdateDate indexDate
    """,
    "Plans": _PLAN,
    "Subjects": """
        pid bin iin nameRu nameKz fullNameRu fullNameKz phone email regdate countryCode katoList
        qvazi customer organizer supplier markNationalCompany markAssocWithDisab markResident
        markStateMonopoly markNaturalMonopoly markSmallEmployer isSingleOrg refKopfCode
        typeSupplier krpCode okedList kseCode lastUpdateDate indexDate
        Address(SubjectAddress){addressType address katoCode countryCode}
        Employees(SubjectUsers){iin role roleName endDate}
    """,
    "Rnu": """
        id pid supplierBiin supplierInnunp systemId startDate endDate indexDate
        Detail(RnuDetailList){id customerBiin supplierBiin supplierInnunp supplierHeadBiin
            courtDecision courtDecisionDate startDate endDate refReasonId systemId}
    """,
}
"""Fields of each root; what is nested stands as name(Type){fields}."""

TYPES: Final[Mapping[str, str]] = {
    "TrdBuy": "TrdBuy",
    "Lots": "Lots",
    "TrdApp": "TrdApp",
    "Contract": "Contract",
    "Acts": "ContractAct",
    "ComplaintAppeal": "TrdComplaintAppeal",
    "Plans": "PlnPoint",
    "Subjects": "Subject",
    "Rnu": "RnuList",
}
"""The type behind each root."""

FILTERS: Final[Mapping[str, str]] = {
    "TrdBuy": "TrdBuyFiltersInput",
    "Lots": "LotsFiltersInput",
    "TrdApp": "TrdAppFiltersInput",
    "Contract": "ContractFiltersInput",
    "Acts": "ContractActFiltersInput",
    "ComplaintAppeal": "TrdComplaintAppealFiltersInput",
    "Plans": "PlansFiltersInput",
    "Subjects": "SubjectFiltersInput",
    "Rnu": "RnuFiltersInput",
}

_TOKEN: Final = re.compile(r"(\w+)(?:\((\w+)\)\{)?|(\})")


def text(root: str, gone: Mapping[str, frozenset[str]]) -> str:
    """Write the query of a root, leaving out fields that are gone, given by their type."""
    fields = " ".join(_fields(FIELDS[root], TYPES[root], gone))
    head = f"query($filter:{FILTERS[root]},$limit:Int,$after:Int)"
    return f"{head}{{{root}(filter:$filter,limit:$limit,after:$after){{{fields}}}}}"


def _fields(declared: str, kind: str, gone: Mapping[str, frozenset[str]]) -> list[str]:
    """Write the fields in order; a nested type is left out with all that it holds."""
    kinds, written, left_out = [kind], [], 0
    for found in _TOKEN.finditer(declared):
        name, inner, closing = found.groups()
        if closing:
            kinds.pop()
            written += [] if left_out else ["}"]
            left_out -= left_out > 0
            continue
        missing = left_out > 0 or name in gone.get(kinds[-1], ())
        written += [] if missing else [f"{name}{{" if inner else name]
        if inner:
            kinds.append(inner)
            left_out += missing
    return written
