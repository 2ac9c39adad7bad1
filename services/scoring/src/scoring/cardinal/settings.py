"""Cardinal's settings.ini, so that a user's existing file works unchanged.

An indicator runs when its section is there, even empty. An unknown section or key is an error
that names it. The keys are those of cardinal-rs at commit b04158a.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from scoring.cardinal.ini import SettingsError, parse_ini
from scoring.profiles import Profile

TRUE, FALSE = ("true", "1", "on", "yes"), ("false", "0", "off", "no")


def _integer(text: str) -> int:
    return int(text)


def _natural(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number


def _boolean(text: str) -> bool:
    if text.lower() in TRUE:
        return True
    if text.lower() in FALSE:
        return False
    raise ValueError(text)


def _several(text: str) -> list[str]:
    """Split at `|`; nothing after the last bar is no value, as in Cardinal."""
    parts = text.split("|")
    return parts[:-1] if parts[-1] == "" else parts


Reader = Callable[[str], Any]

KEYS: Mapping[str, Mapping[str, Reader]] = {
    "": {
        "currency": str,
        "no_price_comparison_procurement_methods": _several,
        "price_comparison_procurement_methods": _several,
    },
    "output": {"info_currency_mismatches": _boolean},
    "defaults": {
        "currency": str,
        "item_classification_scheme": str,
        "bid_status": str,
        "award_status": str,
        "party_roles": _boolean,
    },
    "redactions": {"amount": _several, "organization_id": _several},
    "corrections": {"award_status_by_contract_status": _boolean},
    "modifications": {
        "move_auctions": _boolean,
        "prefix_buyer_or_procuring_entity_id": str,
        "prefix_tenderer_or_supplier_id": str,
        "split_procurement_method_details": str,
    },
    "exclusions": {"procurement_method_details": _several},
    "R003": {"threshold": _integer, "procurement_methods": _several},
    "R018": {"procurement_methods": _several},
    "R024": {"threshold": float},
    "R025": {"percentile": _natural, "threshold": float},
    "R028": {},
    "R030": {},
    "R035": {"threshold": _natural},
    "R036": {},
    "R038": {
        "threshold": float,
        "minimum_submitted_bids": _natural,
        "minimum_contracting_processes": _natural,
    },
    "R048": {
        "digits": _natural,
        "threshold": _natural,
        "minimum_contracting_processes": _natural,
    },
    "R058": {"threshold": float},
}
"""Section, key, and how its value is read."""

FREE: Mapping[str, Reader] = {
    "codelists.bid_status": str,
    "codelists.award_status": str,
    "R003.procurement_method_details": _integer,
}
"""Sections whose keys are the user's own: published code = OCDS code, or value = days."""

NAMES = {("R003", "threshold"): "days", ("R003", "procurement_methods"): "methods"}
NAMES |= {("R018", "procurement_methods"): "methods"}
"""Where a key of the file has another name in our indicator."""


@dataclass(frozen=True)
class Settings:
    """What the file says, read and checked: section -> key -> value."""

    sections: Mapping[str, Mapping[str, Any]]
    warnings: list[str] = field(default_factory=list)

    def get(self, section: str, key: str, default: Any = None) -> Any:
        """Look one value up."""
        return self.sections.get(section, {}).get(key, default)


def read_settings(path: Path) -> Settings:
    """Read and check the file.

    Raises SettingsError for a file that is not there or is no text, and naming the section or key
    that is unknown or has an unusable value.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(str(error)) from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not UTF-8 text: {error}") from error
    return parse_settings(text)


def parse_settings(text: str) -> Settings:
    """Check the text of a settings file; see read_settings."""
    sections: dict[str, dict[str, Any]] = {}
    for section, pairs in parse_ini(text).items():
        readers = KEYS.get(section)
        if readers is None and section not in FREE:
            raise SettingsError(f"unknown section [{section}]")
        sections[section] = {
            key: _value(section, key, value, FREE.get(section) or (readers or {}).get(key))
            for key, value in pairs.items()
        }
    if "R003.procurement_method_details" in sections:
        sections.setdefault("R003", {})
    return Settings(sections, _warnings(sections))


def apply_settings(profile: Profile, settings: Settings) -> Profile:
    """Put what the file says over a profile."""
    parameters: dict[str, dict[str, object]] = {}
    enabled = [
        section for section in settings.sections if section.startswith("R") and section in KEYS
    ]
    for code in enabled:
        own = {NAMES.get((code, k), k): v for k, v in settings.sections[code].items()}
        parameters[code] = own
    if by_details := settings.sections.get("R003.procurement_method_details"):
        parameters["R003"]["days_by_details"] = by_details
    return msgspec.structs.replace(
        profile,
        main_currency=settings.get("", "currency"),
        compare_only=settings.get("", "price_comparison_procurement_methods", []),
        compare_never=settings.get("", "no_price_comparison_procurement_methods", []),
        excluded_details=settings.get("exclusions", "procurement_method_details", []),
        enabled=sorted(enabled),
        parameters=parameters,
    )


def _value(section: str, key: str, text: str, reader: Reader | None) -> Any:
    name = f"{section}.{key}" if section else key
    if reader is None:
        raise SettingsError(f"unknown key {name}")
    try:
        return reader(text)
    except ValueError as error:
        raise SettingsError(f"{name} cannot be {text!r}") from error


def _warnings(sections: Mapping[str, Mapping[str, Any]]) -> list[str]:
    top = sections.get("", {})
    both = ("no_price_comparison_procurement_methods", "price_comparison_procurement_methods")
    if all(key in top for key in both):
        return [f"{both[0]} has no effect if {both[1]} is set."]
    return []
