"""The portal's GraphQL schema, and which of its roots the world can fill."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from graphql import GraphQLInputObjectType, GraphQLSchema, build_schema, get_named_type

SCHEMA: Final[GraphQLSchema] = build_schema(
    (Path(__file__).parent / "schema.graphql").read_text("utf-8")
)

FILLED: Final = frozenset(
    {
        *("Subjects", "TrdBuy", "Lots", "TrdApp", "Contract", "Acts", "Plans", "Rnu"),
        "ComplaintAppeal",
    }
)
"""Roots that have rows; the others (twins of the older module, waybills, news) are empty here."""

DICTIONARIES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "RefTradeMethods": ("ref_trade_methods", ("refTradeMethodsId",)),
    "RefBuyTradeMethods": ("ref_trade_methods", ("refBuyTradeMethodsId",)),
    "FaktTradeMethods": ("ref_trade_methods", ("faktTradeMethodsId",)),
    "RefSubjectType": ("ref_subject_type", ("refSubjectTypeId",)),
    "RefBuyStatus": ("ref_buy_status", ("refBuyStatusId",)),
    "RefTypeTrade": ("ref_type_trade", ("refTypeTradeId",)),
    "RefLotsStatus": ("ref_lots_status", ("refLotStatusId",)),
    "RefUnits": ("ref_units", ("refUnitsCode",)),
    "RefMonths": ("ref_months", ("refMonthsId",)),
    "RefPlnPointStatus": ("ref_pln_point_status", ("refPlnPointStatusId",)),
    "RefFinsource": ("ref_finsource", ("refFinsourceId",)),
    "RefAbp": ("ref_abp", ("refAbpCode",)),
    "RefPointType": ("ref_point_type", ("refPointTypeId",)),
    "RefAmendmAgreemJustif": ("ref_amendm_agreem_justif", ("refAmendmAgreemJustifId",)),
    "RefJustification": ("ref_justification", ("refJustificationId",)),
    "RefAmendmentAgreemType": ("ref_amendment_agreem_type", ("refAmendmentAgreemTypeId",)),
    "RefBudgetType": ("ref_budget_type", ("refBudgetTypeId",)),
    "RefContractStatus": ("ref_contract_status", ("refContractStatusId",)),
    "RefContractAgrForm": ("ref_contract_agr_form", ("refContractAgrFormId",)),
    "RefContractYearType": ("ref_contract_year_type", ("refContractYearTypeId",)),
    "RefCurrency": ("ref_currency", ("refCurrencyCode",)),
    "RefContractCancel": ("ref_contract_cancel", ("refContractCancelId",)),
    "RefContractType": ("ref_contract_type", ("refContractTypeId",)),
    "RefCommRoles": ("ref_comm_roles", ("refCommRolesId",)),
    "RefAppStatus": ("ref_po_st", ("statusId",)),
    "RefKato": ("ref_kato", ("refKatoCode", "katoCode")),
    "RefCountries": ("ref_countries", ("refCountriesCode", "countryCode")),
}
"""By field: the dictionary its entry stands in, and the neighbouring fields that name the entry."""


def filters_of(root: str) -> Mapping[str, bool]:
    """The filters a root knows, each with whether it takes a list."""
    query = SCHEMA.query_type
    assert query
    wanted = query.fields[root].args.get("filter") if root in query.fields else None
    kind = get_named_type(wanted.type) if wanted else None
    if not isinstance(kind, GraphQLInputObjectType):
        return {}
    return {name: str(field.type).startswith("[") for name, field in kind.fields.items()}


def type_of(root: str) -> str:
    """The type of a root's rows; empty for what is no root."""
    query = SCHEMA.query_type
    assert query
    return get_named_type(query.fields[root].type).name if root in query.fields else ""
