"""Payloads of annual plans: plan points with their places of delivery and budget lines."""

from typing import ClassVar

from ingestor.sources.goszakup.payload import Payload
from ingestor.sources.goszakup.payloads_subjects import Reference, Subject
from ingestor.sources.goszakup.values import Value


class DeliveryPlace(Payload):
    """Where a plan point wants its goods."""

    pln_points_id: Value = None
    ref_kato_code: Value = None
    full_delivery_place_name_ru: Value = None
    count: Value = None

    left: ClassVar[str] = (
        "id refCountriesCode fullDeliveryPlaceNameKz isActive isDeleted systemId indexDate "
        "RefKato RefCountries"
    )
    identified: ClassVar = ("pln_points_id",)


class BudgetLine(Payload):
    """The budget programme out of which a plan point is paid."""

    id: Value = None
    abp_code: Value = None
    abp_name_ru: Value = None
    fkrb_program_code: Value = None
    fkrb_program_name_ru: Value = None
    fkrb_subprogram_code: Value = None
    fkrb_subprogram_name_ru: Value = None
    ekrb_code: Value = None
    ekrb_name_ru: Value = None
    amount: Value = None

    left: ClassVar[str] = (
        "plnPointsId refEkrbId ekrbNameKz count price refFkrbSubprogramId fkrbSubprogramNameKz "
        "refFkrbId abpNameKz refFkrbProgramId fkrbProgramNameKz isActive isDeleted systemId "
        "indexDate"
    )


class PlanAct(Payload):
    """The act by which a plan was approved."""

    plan_act_number: Value = None
    date_approved: Value = None
    plan_fin_year: Value = None

    left: ClassVar[str] = "id refPlanStatusId planPreliminary isActive isDeleted systemId indexDate"


class PlanPoint(Payload):
    """One line of an annual plan. An edit is a new id under the same root record. Net of VAT."""

    id: Value = None
    rootrecord_id: Value = None
    subject_biin: Value = None
    subject_name_ru: Value = None
    subject_name_kz: Value = None
    name_ru: Value = None
    name_kz: Value = None
    desc_ru: Value = None
    extra_desc_ru: Value = None
    ref_trade_methods_id: Value = None
    ref_units_code: Value = None
    ref_enstru_code: Value = None
    ref_subject_type_id: Value = None
    ref_justification_id: Value = None
    ref_months_id: Value = None
    ref_pln_point_status_id: Value = None
    ref_finsource_id: Value = None
    ref_budget_type_id: Value = None
    ref_abp_code: Value = None
    pln_point_year: Value = None
    count: Value = None
    price: Value = None
    amount: Value = None
    prepayment: Value = None
    supply_date_ru: Value = None
    is_deleted: Value = None
    is_qvazi: Value = None
    date_create: Value = None
    timestamp: Value = None
    index_date: Value = None
    date_approved: Value = None
    plan_acts: PlanAct | None = None
    plans_kato: list[DeliveryPlace] | None = None
    plans_spec: list[BudgetLine] | None = None
    customer: Subject | None = None
    ref_trade_methods: Reference | None = None
    ref_units: Reference | None = None
    ref_enstru: Reference | None = None
    ref_subject_type: Reference | None = None
    ref_justification: Reference | None = None
    ref_pln_point_status: Reference | None = None
    ref_finsource: Reference | None = None
    ref_budget_type: Reference | None = None

    aliases: ClassVar = {
        "kato": "plans_kato",
        "spec": "plans_spec",
        "ref_subject_types_id": "ref_subject_type_id",
    }
    left: ClassVar[str] = (
        "idc sysSubjectsId sysOrganizatorId codeGu refEnstruId refPointTypeId descKz extraDescKz "
        "sum1 sum2 sum3 sum_1 sum_2 sum_3 refAmendmentAgreemTypeId refAmendmAgreemJustifId "
        "contractPrevPointId disablePersonId transferSysSubjectsId transferType createdinActId "
        "isActive activeActId systemId PlansAttrs Organizer RefMonths RefAbp RefPointType "
        "RefAmendmAgreemJustif RefAmendmentAgreemType planActId planActNumber refPlanStatusId "
        "planFinYear planPreliminary"
    )
    identified: ClassVar = ("id", "rootrecord_id")
