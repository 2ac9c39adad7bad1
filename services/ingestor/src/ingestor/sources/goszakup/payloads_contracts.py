"""Payloads from the contract on: contracts and their lines, acts, payments."""

from typing import ClassVar

from ingestor.sources.goszakup.payload import Payload
from ingestor.sources.goszakup.payloads_plans import PlanPoint
from ingestor.sources.goszakup.payloads_purchases import File, Notice
from ingestor.sources.goszakup.payloads_subjects import Reference, Subject
from ingestor.sources.goszakup.values import Value, Values


class Line(Payload):
    """One line of a contract: what of which lot at what price, without and with VAT."""

    id: Value = None
    contract_registry_id: Value = None
    lot_id: Value = None
    pln_point_id: Value = None
    item_price: Value = None
    item_price_wnds: Value = None
    quantity: Value = None
    total_sum: Value = None
    total_sum_wnds: Value = None
    deleted: Value = None
    ref_enstru_code: Values = None
    index_date: Value = None
    plans: PlanPoint | None = None

    left: ClassVar[str] = (
        "contractSum contractSumWnds factSum factSumWnds ksProc ksSum trdBuyId crdate "
        "execFaktDate execPlanDate executed parentId rootId refContractStatusId crDeleted "
        "refAmendmAgreemJustifId systemId ContractUnitsCert Spec Kzs RefAmendmAgreemJustif"
    )


class Payment(Payload):
    """A payment as the contract's own register has it."""

    id: Value = None
    contract_id: Value = None
    pay_sum: Value = None
    pay_date: Value = None
    currency: Value = None
    index_date: Value = None

    left: ClassVar[str] = "actId createDate specId rate systemId"


class TreasuryPayment(Payload):
    """A payment of the treasury. Bank accounts and tax numbers of the payee are not read."""

    id: Value = None
    contract_id: Value = None
    nom_za: Value = None
    nom_uved: Value = None
    kato: Value = None
    func: Value = None
    espk: Value = None
    gu: Value = None
    type_bujet: Value = None
    fin_source: Value = None
    prepay_sum: Value = None
    pay_amount: Value = None
    pay_date: Value = None
    last_update_date: Value = None
    index_date: Value = None

    left: ClassVar[str] = (
        "dtReg supplier rnnSupplier bikSupplier iikSupplier codeSupplier nomDog dtDog "
        "itemDescription quantity unitPrice nomDop dtDop budgetNameRu budgetNameKz poHeaderId "
        "vendorId pdiUpdateDate strPrepaySum checkId invoiceId payDescription invnum checkNumber "
        "codeCombinationId ppn accountingDate systemId"
    )


class ActSum(Payload):
    """What an act accepts of one contract line."""

    unit_id: Value = None
    quantity: Value = None
    amount: Value = None

    left: ClassVar[str] = (
        "id actId createDate capNumber ntinCode period info payNoAvansSum systemId indexDate "
        "ContractUnits specSumId aktPlaceId"
    )


class Act(Payload):
    """An act of acceptance. Who signed it is not read."""

    id: Value = None
    number_act: Value = None
    akt_date: Value = None
    approve_date: Value = None
    revoke_date: Value = None
    create_date_act: Value = None
    contract_root_id: Value = None
    contract_id: Value = None
    parent_id: Value = None
    status_id: Value = None
    status_name_ru: Value = None
    is_deleted: Value = None
    day_overdue: Value = None
    sum_avans: Value = None
    sum_fine: Value = None
    sum_transfer: Value = None
    type_act: Value = None
    all_done: Value = None
    index_date: Value = None
    file: list[File] | None = None
    place: list[ActSum] | None = None
    spec_sum: list[ActSum] | None = None

    left: ClassVar[str] = (
        "sumBeginning sumPreviously createDateGenInfo statusNameKz supplierId customerId isGu "
        "refSubjectTypeId systemId Supplier Customer Contract ContractRoot ParentAct "
        "RefSubjectType Members Signature AditSignatures"
    )


class Contract(Payload):
    """A contract, or an amendment to one: each version is a record under one root.

    Names of persons, phones, accounts and addresses in it are not read.
    """

    id: Value = None
    parent_id: Value = None
    root_id: Value = None
    trd_buy_id: Value = None
    trd_buy_number_anno: Value = None
    trd_buy_name_ru: Value = None
    trd_buy_name_kz: Value = None
    ref_amendm_agreem_justif_id: Values = None
    ref_contract_status_id: Value = None
    ref_contract_type_id: Value = None
    ref_contract_cancel_id: Value = None
    ref_subject_type_id: Value = None
    ref_finsource_id: Value = None
    ref_currency_code: Value = None
    fakt_trade_methods_id: Value = None
    deleted: Value = None
    supplier_id: Value = None
    supplier_biin: Value = None
    customer_id: Value = None
    customer_bin: Value = None
    contract_number: Value = None
    contract_number_sys: Value = None
    description_ru: Value = None
    description_kz: Value = None
    fin_year: Value = None
    contract_sum: Value = None
    contract_sum_wnds: Value = None
    fakt_sum: Value = None
    fakt_sum_wnds: Value = None
    with_nds: Value = None
    enforcement: Value = None
    is_gu: Value = None
    crdate: Value = None
    sign_date: Value = None
    ec_end_date: Value = None
    plan_exec_date: Value = None
    fakt_exec_date: Value = None
    contract_end_date: Value = None
    report_status: Value = None
    report_created_at: Value = None
    report_sign_at: Value = None
    last_update_date: Value = None
    index_date: Value = None
    contract_units: list[Line] | None = None
    contract_payment: list[Payment] | None = None
    treasury_pay: list[TreasuryPayment] | None = None
    acts: list[Act] | None = None
    trd_buy: Notice | None = None
    supplier: Subject | None = None
    customer: Subject | None = None
    file: list[File] | None = None
    ref_subject_type: Reference | None = None
    ref_amendm_agreem_justif: list[Reference] | None = None
    ref_contract_status: Reference | None = None
    ref_contract_cancel: Reference | None = None
    fakt_trade_methods: Reference | None = None

    aliases: ClassVar = {
        "refSubjectTypesId": "ref_subject_type_id",
        "ref_subject_types_id": "ref_subject_type_id",
    }
    left: ClassVar[str] = (
        "supplierBik supplierIik supplierFio supplierBankNameKz supplierBankNameRu "
        "supplierLegalAddress supplierBillId supplierPhone signReasonDocName signReasonDocDate "
        "trdBuyItogiDatePublic customerBik customerIik customerFio customerBillId "
        "customerBankNameKz customerBankNameRu customerLegalAddress customerPhone "
        "paymentsTermsRu paymentsTermsKz refContractAgrFormId refContractYearTypeId exchangeRate "
        "ecCustomerApprove ecSupplierApprove contractMs treasureReqNum treasureReqDate "
        "treasureNotNum treasureNotDate systemId ContractTreas ContractSpecSum SupplierBills "
        "CustomerBills ReportFile RefContractAgrForm RefContractYearType RefFinsource RefCurrency "
        "RefContractType Agreement ContractWaybill ref_subject_types_id"
    )
