"""Trials: a key for trying that everybody may take at a gateway of the sandbox, without a name.

Its organisation is a partner of one member, an admin, so that all that partners do can be tried.
"""

from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from gateway.audit.chain import Actor
from gateway.keys import USUAL
from gateway.state import State
from gateway.tiers import TIERS
from gateway.who import credentials, members, organisations
from gateway.who.credentials import Wanted
from gateway.who.doing import acting
from gateway.who.networks import Address
from gateway.who.roles import ADMIN, within_role
from shared.errors import Problem
from shared.vocabulary.text import Text

LASTS: Final = timedelta(days=14)
TIER: Final = "trial"
CROWD: Final = "trials"
ROLE: Final = "admin"
SCOPES: Final = tuple(scope for scope in (*USUAL, ADMIN) if within_role([scope], ROLE))
A_MINUTE: Final = 5
"""How many trials one network may begin in any minute."""

_ANYBODY: Final = Actor(None, "anybody", None)


class NoTrials(Problem):
    """This gateway has real data: its keys are given by who runs it."""

    status = 403
    code = "no_trials"
    title = Text(
        kk="Мұнда сынақ кілті берілмейді",
        ru="Пробные ключи здесь не выдаются",
        en="No keys for trying are given here",
    )
    example = "Keys for trying are given at a gateway of the sandbox."


class Trial(Struct, frozen=True, kw_only=True):
    """A key for trying, of an organisation of its own and its only member. `key` is shown once."""

    key: str
    organisation: str
    member: str
    scopes: list[str]
    requests_per_minute: int
    expires_at: datetime


async def begin(gateway: State, address: Address | None) -> Trial:
    """Give a key for trying. Raises NoTrials at a gateway of real data, RateLimited for a flood."""
    if gateway.settings.mode != "test":
        raise NoTrials(NoTrials.example)
    await gateway.crowds.take(CROWD, address)
    async with acting(gateway.database, gateway.clock, gateway.audit, _ANYBODY) as do:
        ends = do.now + LASTS
        name = f"Trial {organisations.new_id('try')}"
        owner = await organisations.add(do, name, tier=TIER)
        member = await members.add(do, owner, name="Trial", role=ROLE)
        wanted = Wanted(SCOPES, member=member, name="trial", expires_at=ends, test=True)
        made = await credentials.add(do, owner, wanted)
    return Trial(
        key=made.text,
        organisation=owner,
        member=member,
        scopes=list(SCOPES),
        requests_per_minute=TIERS[TIER].per_minute or gateway.settings.requests_per_minute,
        expires_at=ends,
    )
