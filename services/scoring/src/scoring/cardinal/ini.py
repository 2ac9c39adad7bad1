"""The INI dialect of Cardinal's settings: keys before any section, `;` comments, text values."""

from collections.abc import Mapping

Sections = Mapping[str, Mapping[str, str]]

_QUOTES = 2


class SettingsError(ValueError):
    """The settings file cannot be used; the message names the line or the key."""


def parse_ini(text: str) -> Sections:
    """Read sections of keys and values; keys before any section stand under the empty name.

    Raises SettingsError for a line that is neither a comment, a section nor `key = value`.
    """
    sections: dict[str, dict[str, str]] = {"": {}}
    section = ""
    for number, raw in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        line = raw.strip()
        if not line or line[0] in ";#":
            continue
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1].strip()
            sections.setdefault(section, {})
            continue
        key, value = _pair(line, number)
        sections[section][key] = value
    return sections


def _pair(line: str, number: int) -> tuple[str, str]:
    places = [place for place in (line.find("="), line.find(":")) if place > 0]
    if not places:
        raise SettingsError(f"line {number} is neither a section nor `key = value`: {line}")
    place = min(places)
    return line[:place].strip(), _unquoted(line[place + 1 :].strip())


def _unquoted(value: str) -> str:
    if len(value) >= _QUOTES and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value
