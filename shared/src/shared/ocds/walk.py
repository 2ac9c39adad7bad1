"""The walk through a release: every field is brought to its declared kind, in place.

What is fine is only looked at. What is mended, wrapped, renamed or dropped leaves a note with its
JSON pointer. The result does not depend on the order of keys.
"""

import re
from collections.abc import Mapping
from copy import deepcopy
from functools import lru_cache
from typing import Any, Final

from shared.ocds.fields import ORGANISATIONS, Array, Kind, Object
from shared.ocds.leaves import (
    ABSENT,
    Leaf,
    Mending,
    clean_already,
    clean_prose,
    clean_text,
    fine_prose,
    fine_text,
)
from shared.ocds.notes import Refused, pointer, refuse
from shared.ocds.persons import DESCRIBING, PERSONAL, is_person
from shared.vocabulary.identifiers import person_number_of

DEPTH: Final = 64  # levels of nesting in undeclared parts; real releases have about ten
BIGGEST_INTEGER: Final = 2**63 - 1
LARGEST_FLOAT: Final = 1.7976931348623157e308
LOWEST_PERSON: Final = 10**9  # no smaller number is a person's that lost its zeros
# Fields nobody declared that hold an id or an address of the web, by the end of their pointer.
REFERENCE: Final = re.compile(
    r"(?:(?:/|_)(?:ids?|ur[il]s?|href)|Ids?|IDs?|Ur[il]|UR[IL])(?:/\d+)?$"
)


def walk_object(
    value: dict[str, Any], fields: Mapping[str, Kind], path: str, mending: Mending
) -> None:
    """Bring every field of an object to its kind; absent ones are removed."""
    gone: list[str] = []
    odd: list[str] = []
    for key, item in value.items():
        kind = fields.get(key)
        if kind is None:
            if type(item) is str and fine_prose(item) and _plain(key):
                continue
            odd.append(key)
        elif item is not None and not (type(kind) is Leaf and kind.fine(item)):
            mended = _mend(item, kind, f"{path}/{key}", mending)
            if mended is ABSENT:
                gone.append(key)
            elif mended is not item:
                value[key] = mended
    for key in gone:
        del value[key]
    for key in sorted(odd) if odd else ():
        if _plain(key) and _settled(value[key], 1, free=not _names(key)):
            value[key] = value.pop(key)
        else:
            _walk_odd(value, key, fields, path, mending)


def _mend(item: Any, kind: Kind, path: str, mending: Mending) -> Any:
    if type(kind) is Leaf:
        mended, code = kind.mend(item, mending)
        if code is not None:
            mending.note(path, code, item, None if mended is ABSENT else mended)
        return mended
    if type(kind) is Object:
        return _mend_object(item, kind, path, mending)
    return _mend_array(item, kind, path, mending)  # type: ignore[arg-type] # the third kind


def _mend_object(item: Any, kind: Object, path: str, mending: Mending) -> Any:
    if type(item) is not dict:
        item = _as_object(item, kind, path, mending)
        if item is ABSENT:
            return ABSENT
    elif kind.wrap is not None and isinstance(inner := item.get(kind.wrap), dict):
        _flatten(item, inner, kind.wrap, path, mending)
    walk_object(item, kind.fields, path, mending)
    if kind.organisation and ("id" not in item or "name" not in item):
        _name_by_identifier(item, path, mending)
    return item


def _as_object(item: Any, kind: Object, path: str, mending: Mending) -> Any:
    """Take the only sensible object out of an array or a bare value."""
    if isinstance(item, list):
        if kind.wrap == "details":
            return _noted({"details": item}, item, path, "array_for_object", mending)
        first = next((entry for entry in item if isinstance(entry, dict)), ABSENT)
        return _noted(first, item, path, "array_for_object", mending)
    if kind.wrap is None or item == "":
        return _noted(ABSENT, item, path, "object_expected", mending)
    return _noted({kind.wrap: item}, item, path, "value_for_object", mending)


def _flatten(
    item: dict[str, Any], inner: dict[str, Any], wrap: str, path: str, mending: Mending
) -> None:
    """Lift {"amount": {"amount": 5, "currency": "KZT"}} by one level; outer fields win."""
    if wrap in inner and not isinstance(inner[wrap], dict | list):
        item[wrap] = inner[wrap]
        for key, value in inner.items():
            item.setdefault(key, value)
        mending.note(path, "nested_twice", inner, item[wrap])


def _name_by_identifier(item: dict[str, Any], path: str, mending: Mending) -> None:
    """Fill an organisation's missing id and name from its identifier, as OCDS builds ids."""
    identifier = item.get("identifier")
    if not isinstance(identifier, dict):
        return
    number, scheme = identifier.get("id"), identifier.get("scheme")
    if item.get("id") is None and number is not None and number not in FILLERS:
        item["id"] = f"{scheme}-{number}" if scheme else number
        mending.note(f"{path}/id", "id_from_identifier", None, item["id"])
    if item.get("name") is None and identifier.get("legalName"):
        item["name"] = identifier["legalName"]
        mending.note(f"{path}/name", "name_from_identifier", None, item["name"])


FILLERS: Final = frozenset({"0", "-", "N/A", "n/a", "NULL", "null", "None"})


def _mend_array(item: Any, kind: Array, path: str, mending: Mending) -> Any:
    if type(item) is not list:
        item = _as_array(item, kind, path, mending)
        if item is ABSENT:
            return ABSENT
    if None in item or any(type(entry) is list for entry in item):
        item[:] = _flat(item, path, mending)
    of = kind.of
    leaf = type(of) is Leaf
    gone = False
    for index, entry in enumerate(item):
        if leaf and of.fine(entry):  # type: ignore[union-attr] # leaf says so
            continue
        mended = _mend(entry, of, f"{path}/{index}", mending)
        if mended is not entry:
            item[index] = mended
            gone = gone or mended is ABSENT
    if gone:
        item[:] = [entry for entry in item if entry is not ABSENT]
    if not leaf and len(item) > 1:
        _tell_apart(item, kind, path, mending)
    return item


def _as_array(item: Any, kind: Array, path: str, mending: Mending) -> Any:
    """Make an array of what stands in its place: an object, numbered objects, a bare value."""
    if isinstance(item, dict):
        if item and all(key.isdecimal() for key in item):
            numbered = [item[key] for key in sorted(item, key=lambda key: (len(key), key))]
            return _noted(numbered, item, path, "numbered_keys_for_array", mending)
        return _noted([item], item, path, "object_for_array", mending)
    if item == "" or (isinstance(kind.of, Object) and kind.of.wrap is None):
        return _noted(ABSENT, item, path, "array_expected", mending)
    return _noted([item], item, path, "value_for_array", mending)


def _flat(item: list[Any], path: str, mending: Mending) -> list[Any]:
    """Drop nulls from an array and open arrays inside it."""
    flat: list[Any] = []
    waiting = item[::-1]
    while waiting:
        entry = waiting.pop()
        if isinstance(entry, list):
            waiting.extend(entry[::-1])
        elif entry is not None:
            flat.append(entry)
    return _noted(flat, item, path, "array_flattened", mending)  # type: ignore[no-any-return]


def _tell_apart(item: list[Any], kind: Array, path: str, mending: Mending) -> None:
    """Drop repeated objects; give different objects with one id an id each: "7", then "7~2"."""
    ids = [entry.get("id") for entry in item]
    if len(set(ids)) == len(ids):
        return
    seen: dict[str | None, list[Any]] = {}
    kept = []
    taken = set(ids)
    for entry, name in zip(item, ids, strict=True):
        twins = seen.setdefault(name, [])
        if entry in twins:
            mending.note(path, "repeated", entry, None)
            continue
        twins.append(dict(entry))
        if len(twins) > 1 and kind.identified and name is not None:
            entry["id"] = _free_id(name, len(twins), taken)
            mending.note(path, "id_repeated", name, entry["id"])
        kept.append(entry)
    item[:] = kept


def _free_id(name: str, count: int, taken: set[Any]) -> str:
    while (candidate := f"{name}~{count}") in taken:
        count += 1
    taken.add(candidate)
    return candidate


def _noted(result: Any, received: Any, path: str, code: str, mending: Mending) -> Any:
    mending.note(path, code, received, None if result is ABSENT else result)
    return result


@lru_cache(maxsize=4096)
def _plain(key: str) -> bool:
    """Tell whether a key that nobody declared needs no second look; there are a few hundred."""
    return fine_text(key) and key.lower() not in _TELLING


_TELLING: Final = PERSONAL | DESCRIBING


@lru_cache(maxsize=4096)
def _names(key: str) -> bool:
    """Tell whether a key holds an id or an address of the web, or a list of them."""
    return REFERENCE.search(f"/{key}") is not None


def _settled(item: Any, depth: int, *, free: bool) -> bool:
    """Tell whether what nobody declared is fine as it is, which nearly all of it is.

    On the way keys are put in the order that the walk would give them. What is fine as prose, as
    most of it is, would be fine as a reference too.
    """
    kind = type(item)
    if kind is str:
        return clean_already(item, free=free)
    if kind is dict:
        return depth <= DEPTH and _settled_object(item, depth)
    if kind is list:
        return depth <= DEPTH and all(
            fine_prose(entry) or _settled(entry, depth + 1, free=free or type(entry) is list)
            for entry in item
        )
    if kind is int:
        return bool(-BIGGEST_INTEGER <= item < LOWEST_PERSON)
    return item is None or kind is bool or (kind is float and abs(item) <= LARGEST_FLOAT)


def _settled_object(item: dict[str, Any], depth: int) -> bool:
    last, ordered = "", True
    for key, value in item.items():
        if not _plain(key):
            return False
        if not (fine_prose(value) or _settled(value, depth + 1, free=not _names(key))):
            return False
        ordered = ordered and last < key
        last = key
    if not ordered:
        for name in sorted(item):
            item[name] = item.pop(name)
    return True


def _without_persons(item: Any, mending: Mending) -> Any:
    """Leave of what describes persons only the references to organisations among the parties."""
    if isinstance(item, list):
        plain = [entry for entry in item if not isinstance(entry, list)]
        kept = [left for entry in plain if (left := _without_persons(entry, mending)) is not ABSENT]
        return kept or ABSENT
    if isinstance(item, dict):
        return item if _refers(item, mending) else ABSENT
    return ABSENT if isinstance(item, str) else item


def _refers(item: dict[str, Any], mending: Mending) -> bool:
    if not isinstance(item.get("id"), str):
        return False
    if mending.organisations is None:
        mending.organisations = _organisation_ids(mending)
    return item["id"] in mending.organisations


def _organisation_ids(mending: Mending) -> frozenset[str]:
    """Read the ids of the parties on a copy: they may not have been walked yet."""
    try:
        received = deepcopy(mending.release.get("parties"))
    except RecursionError:
        raise Refused(refuse("too_deep", "At /parties")) from None
    aside = Mending(mending.zone)
    parties = [] if received is None else _mend(received, ORGANISATIONS, "/parties", aside)
    if parties is ABSENT:
        return frozenset()
    persons = {party.get("id") for party in parties if is_person(party)}
    return frozenset(party["id"] for party in parties if party.get("id")) - persons


def _walk_odd(  # noqa: PLR0917 - the walk's own state
    value: dict[str, Any],
    key: str,
    fields: Mapping[str, Kind],
    path: str,
    mending: Mending,
    depth: int = 0,
) -> None:
    """Clean a field nobody declared: its key, its texts, its numbers; personal data go."""
    item = value.pop(key)
    name = key if fine_text(key) else clean_text(key, mending).value
    if name.lower() in PERSONAL:
        mending.removed += 1
        return
    if item is not None and name.lower() in DESCRIBING:
        left = _without_persons(item, mending)
        mending.removed += left is ABSENT or left != item
        if left is ABSENT:
            return
        item = left
    where = pointer(path, name)
    if name != key:
        mending.note(where, "key_cleaned", key, name)
        if name in value:
            return
    kind = fields.get(name)
    if kind is None or item is None:
        cleaned = walk_anything(item, where, mending, depth)
    else:
        cleaned = (
            item if type(kind) is Leaf and kind.fine(item) else _mend(item, kind, where, mending)
        )
    if cleaned is not ABSENT:
        value[name] = cleaned


def walk_anything(item: Any, path: str, mending: Mending, depth: int) -> Any:
    """Clean a value of any shape.

    Raises Refused where it is nested too deeply.
    """
    if depth > DEPTH:
        raise Refused(refuse("too_deep", f"At {path[:200]}"))
    if type(item) is str:
        if fine_prose(item):
            return item
        free = not item.isdecimal() and REFERENCE.search(path) is None
        mended, code = (clean_prose if free else clean_text)(item, mending)
        return mended if code is None else _noted(mended, item, path, code, mending)
    if type(item) is dict:
        for key in sorted(item):
            _walk_odd(item, key, {}, path, mending, depth + 1)
        return item
    if type(item) is list:
        cleaned = [
            walk_anything(entry, f"{path}/{index}", mending, depth + 1)
            for index, entry in enumerate(item)
        ]
        return [entry for entry in cleaned if entry is not ABSENT]
    return _free_number(item, path, mending)


def _free_number(item: Any, path: str, mending: Mending) -> Any:
    if isinstance(item, float) and not abs(item) <= LARGEST_FLOAT:
        return _noted(ABSENT, item, path, "number_not_finite", mending)
    if type(item) is not int:
        return item
    if abs(item) > BIGGEST_INTEGER:
        return _noted(ABSENT, item, path, "number_out_of_range", mending)
    person = person_number_of(item)
    return item if person is None else clean_text(person, mending).value
