"""Participants of the portal, of either interface: a row for each company, none for a person."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

COMPANY: Final = "1"  # type_supplier; 2 is a person, 3 a sole trader
HEAD: Final = ("руковод", "директор", "басшы", "head")


def rows(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a company with what an entry keeps of it."""

    def said(camel: str, snake: str) -> Any:
        return record.get(camel, record.get(snake))

    if not record.get("bin") or str(said("typeSupplier", "type_supplier")) != COMPANY:
        return
    yield {
        "bin": record["bin"],
        "registered": record.get("regdate"),
        "kato": _seat(record) or _first(said("katoList", "kato_list")),
        "activity": _first(said("okedList", "oked_list")),
        "size": said("krpCode", "krp_code"),
        "legal_form": said("refKopfCode", "ref_kopf_code"),
        "head": _head(record.get("Employees") or record.get("employees")),
    }


def _seat(record: Mapping[str, Any]) -> Any:
    """Return the KATO code of the legal address, else of the first one."""
    told = record.get("Address") or record.get("address")
    addresses = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    legal = [
        one for one in addresses if str(one.get("addressType", one.get("address_type"))) == "1"
    ]
    codes = (one.get("katoCode", one.get("kato_code")) for one in (*legal, *addresses))
    return next(filter(None, codes), None)


def _first(value: Any) -> Any:
    several = value if isinstance(value, list) else [value]
    return next((one for one in several if one), None)


def _head(employees: Any) -> Any:
    for one in employees if isinstance(employees, list) else ():
        role = str(one.get("roleName") or one.get("role_name") or "").casefold()
        if one.get("iin") and any(word in role for word in HEAD):
            return one["iin"]
    return None
