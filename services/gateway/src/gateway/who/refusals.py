"""What can be refused to who administers, beside what every service refuses."""

import re
from collections.abc import Iterable
from typing import Final

from shared.errors import FieldError, Problem, ValidationFailed
from shared.vocabulary.text import Text

_SHOWN: Final = re.compile(r"[^\w:.-]")


class MemberRequired(Problem):
    """Such an act is a person's: show a token of a member, or a key that a member holds."""

    status = 403
    code = "member_required"
    title = Text(
        kk="Бұл әрекетті адам жасауы тиіс",
        ru="Такое действие совершает человек, а не программа",
        en="A person has to do this",
    )
    example = "Show a token of a member: POST /v1/members/{id}/tokens."


class SecondPersonRequired(Problem):
    """Who asked, or has approved already, cannot approve; others can with a key of their own."""

    status = 403
    code = "second_person_required"
    title = Text(
        kk="Екінші адамның шешімі қажет",
        ru="Нужно решение другого человека",
        en="Somebody else has to decide",
    )
    example = "Somebody who did not ask approves, with a key that this member alone holds."


class AlreadyThere(Problem):
    """There is one of this name already."""

    status = 409
    code = "already_exists"
    title = Text(kk="Мұндай жазба бар", ru="Такая запись уже есть", en="There is one already")
    example = "There is an organisation of this name already."


class InvitationInvalid(Problem):
    """No invitation: never one, used, withdrawn or too old. Which of these is not told."""

    status = 404
    code = "invitation_invalid"
    title = Text(
        kk="Шақыру жарамсыз", ru="Приглашение недействительно", en="The invitation is not valid"
    )
    example = "This invitation is not valid: ask for a new one."


def flaw(pointer: str, code: str, message: str) -> ValidationFailed:
    """Return the refusal of one value."""
    return ValidationFailed(
        f"Not acceptable: {pointer}.", errors=[FieldError(pointer, code, message)]
    )


def shown(words: Iterable[str]) -> str:
    """Return words as they may be repeated to who sent them."""
    return ", ".join(sorted(_SHOWN.sub("?", word)[:40] for word in words))
