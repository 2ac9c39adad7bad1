"""Natural persons in a release: sole traders keep a keyed pseudonym, and nothing else.

A party is a person if its number is an IIN, if its scheme or type says so, or if its name says
"individual entrepreneur" and no valid BIN speaks against it. The number, the id and the full name
are replaced wherever else they stand in the release, except in the ocid, which is its identity.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from shared.vocabulary.identifiers import (
    PERSON_SCHEMES,
    PSEUDONYM,
    Bin,
    Iin,
    is_person_number,
    person_pseudonym,
)

# Keys that hold personal data wherever they stand; compared without regard to case.
PERSONAL: Final = frozenset(
    {
        "contactpoint",
        "contactpoints",
        "additionalcontactpoints",
        "contactperson",
        "contactpersons",
        "contacts",
        "persones",
        "beneficialowners",
        "committee",
        "email",
        "e-mail",
        "telephone",
        "phone",
        "phonenumber",
        "mobile",
        "fax",
        "faxnumber",
        "fio",
        "supplierfio",
        "customerfio",
        "crfio",
        "modfio",
        "iin",
        "iik",
        "iban",
        "bankaccount",
        "birthdate",
        "dateofbirth",
        "firstname",
        "givenname",
        "lastname",
        "familyname",
        "surname",
        "middlename",
        "patronymic",
    }
)

# Keys whose texts and objects describe persons, unless an object refers to an organisation among
# the parties; compared without regard to case.
DESCRIBING: Final = frozenset(
    {
        "author",
        "authors",
        "signatory",
        "signatories",
        "signedby",
        "approvedby",
        "preparedby",
        "createdby",
        "answeredby",
        "person",
        "persons",
        "people",
        "responsibleperson",
        "responsiblepersons",
        "responsibleofficer",
        "contactofficer",
        "representative",
        "representatives",
        "legalrepresentative",
        "legalrepresentatives",
        "director",
        "directors",
        "chairman",
        "chairperson",
        "secretary",
        "evaluationcommittee",
        "tendercommittee",
        "committeemembers",
        "commissionmembers",
        "member",
        "members",
        "evaluator",
        "evaluators",
        "jury",
        "experts",
        "shareholder",
    }
)

# Words by which registers and publishers mark a natural person, without regard to case.
SCHEME_WORDS: Final = re.compile(
    r"c.dula de ciudadan.a|nit de persona natural|persona f.sica|persona natural|自然人|"
    r"физическое лицо|жеке тұлға|natural person|individual",
    re.IGNORECASE,
)
# Individual entrepreneur in Russian and Kazakh: what follows is a person's name.
SOLE_TRADER: Final = re.compile(
    r"(?:ип|жк|индивидуальный предприниматель|жеке кәсіпкер)([\s\"«].*)", re.IGNORECASE | re.DOTALL
)
TYPE_FIELDS: Final = ("organizationType", "tipo_de_parte", "legalForm")
NAME_FIELDS: Final = ("name", "legalName")
# A person's name in two or three words, each with a capital, as sole traders write it.
FULL_NAME: Final = re.compile(r"[^\W\d_a-zа-яё][\w’'\-]+(?: [^\W\d_a-zа-яё][\w’'\-]+){1,2}")
SHORTEST_ID: Final = 6  # characters; a shorter id in a text may be anything
UNNAMED: Final = "prs"  # where two spellings fold to one in the pattern only
_KEPT: Final = ("id", "roles")


def hide_persons(organisations: list[dict[str, Any]], source: str, key: bytes) -> dict[str, str]:
    """Reduce every person among those a release names to a pseudonym, in place.

    Returns what is to be replaced elsewhere: text to pseudonym.
    """
    persons = [entry for entry in organisations if is_person(entry)]
    if not persons:
        return {}
    aliases: dict[str, str] = {}
    for person in persons:
        aliases.setdefault(_name_of(person), _pseudonym(person, source, key))
    hidden: dict[str, str] = {}
    short: dict[str, str] = {}
    for entry in organisations:
        pseudonym = aliases.get(_name_of(entry))
        if pseudonym is not None:
            for text in _short_names(entry):
                short[text] = pseudonym if short.get(text, pseudonym) == pseudonym else UNNAMED
            hidden |= dict.fromkeys(_telling_texts(entry), pseudonym)
            _reduce(entry, pseudonym)
    hidden = short | hidden
    return {text: name for text, name in hidden.items() if not PSEUDONYM.fullmatch(text)}


def is_person(party: dict[str, Any]) -> bool:
    """Tell whether a party is a natural person, by its numbers first and by words second."""
    local_id, identifier = party.get("id"), party.get("identifier")
    number = identifier.get("id") if isinstance(identifier, dict) else None
    scheme = identifier.get("scheme") if isinstance(identifier, dict) else None
    texts = [text for text in (local_id, number) if isinstance(text, str)]
    for text in texts:
        if is_person_number(text) or (text[:4] == "prs_" and PSEUDONYM.fullmatch(text)):
            return True
    for text in texts:
        if Bin.parse(text) is not None:
            return False
    return _person_scheme(scheme, texts) or _person_words(party, identifier)


def bare_name(name: str) -> str | None:
    """Return a person's name without "ИП"; None where it is not two or three capital words."""
    trader = SOLE_TRADER.fullmatch(name.strip())
    bare = " ".join((trader[1] if trader else name).strip(' \t\n"«»').split())
    return bare if FULL_NAME.fullmatch(bare) else None


def shortened(name: str) -> set[str]:
    """Write a person's name as texts shorten it: without "ИП", with initials, in either order.

    Whether surname or given name is first. Every form has the first word or the last one whole.
    """
    bare = bare_name(name)
    if bare is None:
        return set()
    words = bare.split()
    forms = {bare, " ".join(words[:2]), f"{words[1]} {words[0]}"}
    for surname, given in ((words[0], words[1:]), (words[-1], words[:-1])):
        for count in range(1, len(given) + 1):
            forms |= _initialled(surname, [word[0] for word in given[:count]])
    return {form for form in forms if len(form) >= SHORTEST_ID}


class Veil:
    """Replaces the given texts by their pseudonyms wherever they stand alone, in any case."""

    def __init__(self, hidden: Mapping[str, str]) -> None:
        longest_first = sorted(hidden, key=lambda text: (-len(text), text))
        alone = [_alone(text) for text in longest_first]
        self.pattern = re.compile("|".join(alone), re.IGNORECASE)
        self.pseudonyms = {_folded(text): pseudonym for text, pseudonym in hidden.items()}

    def text(self, text: str) -> str:
        """Veil one text."""
        return self.pattern.sub(lambda found: self.pseudonyms.get(_folded(found[0]), UNNAMED), text)

    def anything(self, value: Any) -> Any:
        """Veil all strings and keys below a value."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.anything(entry) for entry in value]
        if isinstance(value, dict):
            veiled = {key: self.text(key) for key in value}
            kept = {key: value[key] for key in value if veiled[key] == key}
            for key in sorted(value.keys() - kept.keys()):
                kept.setdefault(veiled[key], value[key])
            return {key: self.anything(entry) for key, entry in kept.items()}
        return value


def _alone(text: str) -> str:
    """Match a number not inside a longer number, and a name not inside a longer word."""
    inner = r"\d" if text.isdecimal() else r"\w"
    words = r"\s+".join(re.escape(word) for word in text.split())
    return f"(?<!{inner}){words}(?!{inner})"


def _folded(text: str) -> str:
    return " ".join(text.lower().split())


def _person_scheme(scheme: Any, texts: list[str]) -> bool:
    prefixes = tuple(f"{known}-" for known in PERSON_SCHEMES)
    if any(text.startswith(prefixes) for text in texts):
        return True
    return isinstance(scheme, str) and (
        scheme.upper() in PERSON_SCHEMES or SCHEME_WORDS.fullmatch(scheme.strip()) is not None
    )


def _person_words(party: dict[str, Any], identifier: Any) -> bool:
    kinds = [party.get(name) for name in TYPE_FIELDS]
    if isinstance(identifier, dict):
        kinds += [identifier.get(name) for name in TYPE_FIELDS]
    if any(isinstance(kind, str) and SCHEME_WORDS.fullmatch(kind.strip()) for kind in kinds):
        return True
    name = party.get("name")
    return isinstance(name, str) and SOLE_TRADER.fullmatch(name.strip()) is not None


def _name_of(party: dict[str, Any]) -> str:
    """Tell which entries mean the same party: by id, without one by name."""
    return f"id {party['id']}" if party.get("id") else f"name {party.get('name')}"


def _pseudonym(person: dict[str, Any], source: str, key: bytes) -> str:
    local_id, identifier = person.get("id"), person.get("identifier")
    if isinstance(local_id, str) and PSEUDONYM.fullmatch(local_id):
        return local_id
    number = identifier.get("id") if isinstance(identifier, dict) else None
    texts = [text for text in (local_id, number, person.get("name")) if isinstance(text, str)]
    iin = next((found for text in texts if (found := Iin.parse(text))), None)
    return person_pseudonym(source, iin or next(iter(texts), ""), key)


def _telling_texts(person: dict[str, Any]) -> set[str]:
    """Collect what would give a person away elsewhere: ids, and names of at least two words."""
    identifier = person.get("identifier")
    parts = [person, identifier] if isinstance(identifier, dict) else [person]
    ids = {str(part["id"]) for part in parts if part.get("id") is not None}
    names = {
        text
        for part in parts
        for field, text in part.items()
        if field.startswith(NAME_FIELDS) and isinstance(text, str) and " " in text.strip()
    }
    return {text for text in ids | names if len(text) >= SHORTEST_ID}


def _short_names(person: dict[str, Any]) -> set[str]:
    """Write a person's names as texts shorten them."""
    identifier = person.get("identifier")
    parts = [person, identifier] if isinstance(identifier, dict) else [person]
    names = [part.get(field) for part in parts for field in NAME_FIELDS]
    return {form for name in names if isinstance(name, str) for form in shortened(name)}


def _initialled(surname: str, initials: list[str]) -> set[str]:
    """Join a surname and initials in both orders: "Иванов И.И.", "И. И. Иванов"."""
    spellings = {f"{between.join(initials)}." for between in (".", ". ")}
    forms = {f"{surname} {spelling}" for spelling in spellings}
    forms |= {f"{surname}{spelling}" for spelling in spellings}
    forms |= {f"{spelling} {surname}" for spelling in spellings}
    forms |= {f"{spelling}{surname}" for spelling in spellings}
    return forms | ({f"{surname} {'.'.join(initials)}"} if len(initials) > 1 else set())


def _reduce(person: dict[str, Any], pseudonym: str) -> None:
    for field in [field for field in person if field not in _KEPT]:
        del person[field]
    person["id"] = pseudonym
