"""Words that may not stand beside a named party, in any language: signs are told, never guilt.

Some are kept out of every text. Others are the law's own words ("unlawful rejection"): they stand
in texts about the law and in no text about a named party.
"""

import re
from collections.abc import Mapping
from typing import Final

ROOTS: Final = {
    "ru": "коррупц коррумпир мошен афер обман краж воров вору ворюг хищен растрат казнокрад взятк "
    "взяточ мздоим откат винов наруш преступ сговор картел однодневк фиктив подстав подстро завыш "
    "накрут подозр сомнител недобросов разоблач украл украд украст крад похит похищ "
    "расхит расхищ растащ разворов своров наворов прикарман нажил нажив обогатил отмыл отмыв "
    "обнал распилил попилил вымога шантаж подкуп жулик лохотрон подлог подделал поддельн фальсиф "
    "сфальсиф злоупотреб грабит грабил грабят грабеж грабёж ограб разграб награб мафи бандит "
    "сообщник соучаст пособник лжец лгал лгут уголовник",
    "kk": "жемқор алаяқ ұрла ұрлы ұрлан жымқыр парақор кінәлі қылмыс бұзушы күдік күмән қымбаттат "
    "жосықсыз әшкере тараж иемден жылыстат тонады тонаған тонап бопсала баукеспе "
    "сыбайлас алдап алдад алдаған",
    "en": "corrupt fraud scam swindl theft thief thiev steal stole embezzl misappropriat "
    "appropriated plunder loot launder pocketed brib kickback guilt culprit perpetrat offender "
    "criminal crime felon crook robber extort blackmail conspir accomplice complicit collu cartel "
    "rigged overpric suspicious dubious blacklist unreliable cheat deceit deceiv falsif racketeer "
    "profiteer siphon",
}
WORDS: Final = {
    "ru": "вор воры вора вором ворам ворами схема распил распила попил",
    "kk": "ұры ұрылар пара параны парасын парамен паралар паралары",
    "en": "rob robs robbed robbing robbery forged forger forgery liar liars",
}
PHRASES: Final = ("қара тізім", "сөз байлас", "жеп қой", "жеп кет", "нагрел рук", "нечист на рук")

TAKEN_AS_OWN: Final = re.compile(
    r"\bприсв(?:о|аива)\w*\b(?!(?:\W+\w+){0,2}\W+(?:номер|код|балл|статус|рейтинг|категори|класс"
    r"|идентификатор|индекс|звани|разряд|наименован|имя|бин\b|иин\b))"
)
"""Money is taken as one's own, a number is given: in Russian by one verb."""

OF_LAW: Final = {
    "ru": "незаконн противозакон противоправ правонаруш",
    "kk": "заңсыз жалған",
    "en": "illegal unlawful illicit fake abus",
}
"""Roots of words by which the law itself calls what it forbids; of a named party they accuse."""

LOOK_ALIKES: Final = str.maketrans("aceiopxyhkmtb", "асеіорхуһкмтв")


def black_listed(text: str) -> list[str]:
    """Return every listed root, word or phrase in a text, whatever the language of the page."""
    folded = _cyrillic(text)
    found = _listed(text, ROOTS, WORDS)
    found += [phrase for phrase in PHRASES if phrase in folded]
    return found + TAKEN_AS_OWN.findall(folded)


def accusing(text: str) -> list[str]:
    """Return what accuses in a text that names a party: also where the law may say it.

    >>> accusing("Договор заключён незаконно.")
    ['незаконн']
    """
    return black_listed(text) + _listed(text, OF_LAW, {})


def _listed(text: str, roots: Mapping[str, str], whole: Mapping[str, str]) -> list[str]:
    found = []
    for language in roots:
        folded = text.casefold() if language == "en" else _cyrillic(text)
        words = re.findall(r"\w+", folded)
        listed = roots[language].split()
        found += [root for root in listed if any(word.startswith(root) for word in words)]
        found += [word for word in whole.get(language, "").split() if word in words]
    return found


def _cyrillic(text: str) -> str:
    return text.casefold().translate(LOOK_ALIKES)
