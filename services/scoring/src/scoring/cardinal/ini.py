"""The INI dialect of Cardinal's settings: keys before any section, `;` comments, text values."""

import re
from collections.abc import Mapping

Sections = Mapping[str, Mapping[str, str]]


class SettingsError(ValueError):
    """The settings file cannot be used; the message names the line or the key."""


def parse_ini(text: str) -> Sections:
    """Read sections of keys and values; keys before any section stand under the empty name.

    As in Cardinal, of two sections of one name the last counts, a backslash escapes, and a value
    may stand in quotes. Raises SettingsError for a line that is neither a comment, a section nor
    `key = value`.
    """
    sections: dict[str, dict[str, str]] = {"": {}}
    section = ""
    for number, raw in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        line = raw.strip()
        if not line or line[0] in ";#":
            continue
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1].strip()
            sections[section] = {}
            continue
        key, value = _pair(line, number)
        sections[section][key] = value
    return sections


def _pair(line: str, number: int) -> tuple[str, str]:
    found = _PAIR.fullmatch(line)
    if found is None:
        raise SettingsError(f"line {number} is neither a section nor `key = value`: {line}")
    key, value = found.groups()
    if value[:1] in _QUOTES:
        quoted = _QUOTED.fullmatch(value)
        if quoted is None:
            raise SettingsError(f"line {number} does not close its quote: {line}")
        value = quoted[2] + quoted[3]
    return _unescaped(key).strip(), _unescaped(value).strip()


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: _meant(found[1]), text)


def _meant(escaped: str) -> str:
    if len(escaped) > 1:
        return chr(int(escaped[1:], 16))
    return _LETTERS.get(escaped, escaped)


_PAIR = re.compile(r"((?:\\.|[^\\=:])+)[=:]\s*(.*)")
_QUOTED = re.compile(r"""(["'])((?:\\.|(?!\1)[^\\])*)\1(.*)""")
_QUOTES = ('"', "'")
_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{4}|.)")
_LETTERS = {"0": "\0", "a": "\a", "b": "\b", "t": "\t", "r": "\r", "n": "\n"}
