"""Payloads of purchases: notices, lots, applications (bids), pauses, cancellations, complaints."""

from typing import ClassVar

from ingestor.sources.goszakup.payload import Payload
from ingestor.sources.goszakup.payloads_plans import PlanPoint
from ingestor.sources.goszakup.payloads_subjects import Reference, Subject
from ingestor.sources.goszakup.values import Value, Values


class File(Payload):
    """A file of a notice, a lot, an act or a contract."""

    id: Value = None
    file_path: Value = None
    file_path_kz: Value = None
    file_path_ru: Value = None
    original_name: Value = None
    name_ru: Value = None
    name_kz: Value = None
    index_date: Value = None

    left: ClassVar[str] = "objectId trdBuyId systemId"


class Cancellation(Payload):
    """A notice or a lot cancelled by somebody's decision."""

    id: Value = None
    trd_buy_id: Value = None
    number_decision: Value = None
    date_decision: Value = None
    name_authority: Value = None
    date_create: Value = None
    act_type_name_ru: Value = None
    type_actions_name_ru: Value = None
    type_actions_code: Value = None
    index_date: Value = None

    left: ClassVar[str] = "actTypeNameKz typeActionsNameKz systemId"


class Pause(Payload):
    """A notice suspended. Its id is often the notice's."""

    id: Value = None
    trd_buy_id: Value = None
    status: Value = None
    date_create: Value = None
    date_pause: Value = None
    decide_number: Value = None
    decide_date: Value = None
    status_name_ru: Value = None
    solution_name_ru: Value = None
    lots: Values = None
    index_date: Value = None

    left: ClassVar[str] = "decideDocKz decideDocRu statusNameKz solutionNameKz systemId"


class Complaint(Payload):
    """An appeal against a procurement."""

    id: Value = None
    trd_buy_id: Value = None
    complaint_id: Value = None
    number_appeal: Value = None
    type: Value = None
    status: Value = None
    active: Value = None
    date_apply: Value = None
    start_date: Value = None
    end_date: Value = None
    decision_date: Value = None
    inspect_subj_id: Value = None
    is_deleted: Value = None
    last_update_date: Value = None
    index_date: Value = None

    left: ClassVar[str] = "inspectUserId crdate cruser modifiedBy sysSubjectId Files systemId"


class Lot(Payload):
    """One purchase, in results, failure and contract. Its amount is net of VAT."""

    id: Value = None
    lot_number: Value = None
    trd_buy_id: Value = None
    trd_buy_number_anno: Value = None
    ref_lot_status_id: Value = None
    ref_trade_methods_id: Value = None
    ref_buy_trade_methods_id: Value = None
    union_lots: Value = None
    count: Value = None
    amount: Value = None
    name_ru: Value = None
    name_kz: Value = None
    description_ru: Value = None
    description_kz: Value = None
    customer_id: Value = None
    customer_bin: Value = None
    customer_name_ru: Value = None
    customer_name_kz: Value = None
    dumping: Value = None
    dumping_lot_price: Value = None
    psd_sign: Value = None
    consulting_services: Value = None
    point_list: Values = None
    enstru_list: Values = None
    pln_point_kato_list: Values = None
    singl_org_sign: Value = None
    is_light_industry: Value = None
    is_construction_work: Value = None
    disable_person_id: Value = None
    is_deleted: Value = None
    last_update_date: Value = None
    index_date: Value = None
    plans: list[PlanPoint] | None = None
    customer: Subject | None = None
    trd_buy: "Notice | None" = None
    files: list[File] | None = None
    ref_lots_status: Reference | None = None
    ref_trade_methods: Reference | None = None
    ref_buy_trade_methods: Reference | None = None

    left: ClassVar[str] = "systemId"


class Notice(Payload):
    """An announcement: one or more lots, one organiser, one or more customers."""

    id: Value = None
    number_anno: Value = None
    name_ru: Value = None
    name_kz: Value = None
    total_sum: Value = None
    count_lots: Value = None
    ref_trade_methods_id: Value = None
    ref_subject_type_id: Value = None
    ref_buy_status_id: Value = None
    ref_type_trade_id: Value = None
    customer_bin: Value = None
    customer_name_ru: Value = None
    customer_name_kz: Value = None
    org_bin: Value = None
    org_pid: Value = None
    org_name_ru: Value = None
    org_name_kz: Value = None
    publish_date: Value = None
    start_date: Value = None
    end_date: Value = None
    repeat_start_date: Value = None
    repeat_end_date: Value = None
    itogi_date_public: Value = None
    discus_start_date: Value = None
    discus_end_date: Value = None
    id_supplier: Value = None
    biin_supplier: Value = None
    parent_id: Value = None
    singl_org_sign: Value = None
    is_light_industry: Value = None
    is_construction_work: Value = None
    disable_person_id: Value = None
    ref_spec_purchase_type_id: Value = None
    fin_year: Values = None
    kato: Values = None
    last_update_date: Value = None
    index_date: Value = None
    lots: list[Lot] | None = None
    organizer: Subject | None = None
    cancel: list[Cancellation] | None = None
    pause: list[Pause] | None = None
    complaint_appeal: list[Complaint] | None = None
    files: list[File] | None = None
    general_files: list[File] | None = None
    ref_trade_methods: Reference | None = None
    ref_subject_type: Reference | None = None
    ref_buy_status: Reference | None = None
    ref_type_trade: Reference | None = None

    left: ClassVar[str] = "customerPid Commission Attrs systemId"


class PointOffer(Payload):
    """The price offered for one plan point of a lot."""

    point_id: Value = None
    price: Value = None
    amount: Value = None

    left: ClassVar[str] = "id lotId appLotId systemId indexDate"


class LotBid(Payload):
    """What an application offers for one lot, and what became of it."""

    id: Value = None
    lot_id: Value = None
    status_id: Value = None
    price: Value = None
    amount: Value = None
    discount_value: Value = None
    discount_price: Value = None
    offers: list[PointOffer] | None = None
    ref_app_status: Reference | None = None

    left: ClassVar[str] = "appId pointList systemId indexDate Lot Plans"


class Application(Payload):
    """A supplier's application to a notice. Who typed it is not read."""

    id: Value = None
    buy_id: Value = None
    supplier_id: Value = None
    supplier_bin_iin: Value = None
    date_apply: Value = None
    index_date: Value = None
    app_lots: list[LotBid] | None = None
    supplier: Subject | None = None
    trd_buy: Notice | None = None

    left: ClassVar[str] = "crFio modFio protId protNumber systemId"
