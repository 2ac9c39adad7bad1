"""Payloads of participants, and the dictionary entries that every record nests."""

from typing import ClassVar

from ingestor.sources.goszakup.payload import Payload
from ingestor.sources.goszakup.values import Value, Values


class Reference(Payload):
    """An entry of a dictionary, as nested in a record or listed by the dictionary itself."""

    id: Value = None
    code: Value = None
    name_ru: Value = None
    name_kz: Value = None
    name: Value = None
    symbol_code: Value = None

    aliases: ClassVar = {
        "alpha_code": "symbol_code",
        "alphaCode": "symbol_code",
    }
    left: ClassVar[str] = (
        "isActive type f1 f2 ord nogz comment total key shortnameRu shortnameKz fullNameRu "
        "fullNameKz parentCode level_ ab cd ef hij k code_2 code_3 code2 prg ppr cnameRu cnameKz "
        "refTradeMethodsId systemId indexDate detailRu detailKz isDeleted descriptionRu "
        "descriptionKz parentId level r g s descRu descKz mkei edizm"
    )
    identified: ClassVar = ("id", "code")


class Address(Payload):
    """An address of a subject. Its phone is not read."""

    address_type: Value = None
    address: Value = None
    kato_code: Value = None
    country_code: Value = None

    left: ClassVar[str] = (
        "id pid phone refSourceCode dateCreate editDate systemId indexDate RefKato RefCountries"
    )


class Employee(Payload):
    """Somebody who acts for a subject: read only to be made a pseudonym."""

    iin: Value = None
    role: Value = None
    role_name: Value = None
    end_date: Value = None

    left: ClassVar[str] = (
        "id personId pid fio resident disabled sysRoleId startDate editDate systemId indexDate"
    )


class Subject(Payload):
    """A participant of the registry: buyer, organiser or supplier."""

    pid: Value = None
    bin: Value = None
    iin: Value = None
    name_ru: Value = None
    name_kz: Value = None
    full_name_ru: Value = None
    full_name_kz: Value = None
    phone: Value = None
    email: Value = None
    regdate: Value = None
    country_code: Value = None
    kato_list: Values = None
    qvazi: Value = None
    customer: Value = None
    organizer: Value = None
    supplier: Value = None
    mark_national_company: Value = None
    mark_assoc_with_disab: Value = None
    mark_resident: Value = None
    mark_state_monopoly: Value = None
    mark_natural_monopoly: Value = None
    mark_small_employer: Value = None
    is_single_org: Value = None
    ref_kopf_code: Value = None
    type_supplier: Value = None
    krp_code: Value = None
    oked_list: Values = None
    kse_code: Value = None
    last_update_date: Value = None
    index_date: Value = None
    address: list[Address] | None = None
    employees: list[Employee] | None = None

    left: ClassVar[str] = (
        "inn unp crdate numberReg series fullName name website year systemId branches "
        "parentSubject parentNameKz parentNameRu markWorldCompany markPatronymicProducer "
        "markPatronymicSupplyer RefCountries Admins totalAddress docCount"
    )
    identified: ClassVar = ("bin", "iin", "pid")
