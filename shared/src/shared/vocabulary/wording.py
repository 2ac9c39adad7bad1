"""Words that may not stand beside a named party, in any language: signs are told, never guilt."""

import re
from typing import Final

ROOTS: Final = {
    "ru": "коррупц коррумпир мошен афер обман краж воров хищен растрат казнокрад взятк взяточ "
    "откат винов наруш преступ сговор картел однодневк фиктив подстав подстро завыш накрут подозр "
    "сомнител недобросов разоблач",
    "kk": "жемқор алаяқ ұрлы жымқыр парақор кінәлі қылмыс бұзушы күдік күмән қымбаттат жосықсыз "
    "әшкере",
    "en": "corrupt fraud scam swindl theft thief steal embezzl brib kickback guilt offender "
    "criminal crime collu cartel rigged overpric suspicious dubious blacklist unreliable",
}
WORDS: Final = {"ru": "вор воры схема", "kk": "ұры пара схема", "en": ""}
PHRASES: Final = ("қара тізім", "сөз байлас")
LOOK_ALIKES: Final = str.maketrans("aceiopxyhkmtb", "асеіорхуһкмтв")


def black_listed(text: str) -> list[str]:
    """Return every listed root, word or phrase in a text, whatever the language of the page."""
    latin = text.casefold()
    cyrillic = latin.translate(LOOK_ALIKES)
    found = []
    for language, roots in ROOTS.items():
        folded = latin if language == "en" else cyrillic
        words = re.findall(r"\w+", folded)
        found += [root for root in roots.split() if any(word.startswith(root) for word in words)]
        found += [word for word in WORDS[language].split() if word in words]
    return found + [phrase for phrase in PHRASES if phrase in cyrillic]
