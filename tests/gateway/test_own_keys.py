"""Each end has a secret of its own; what the one for page marks did before stays readable."""

import pytest

from gateway import own_keys
from gateway.audit.chain import Actor, Audit, Break, Head
from gateway.push.signatures import SEALED_AS
from gateway.settings import GatewaySettings
from shared.clock import SystemClock
from shared.database import Database
from tests.gateway import house
from tests.support.postgres import opened

OWN = {"seal_key": "s" * 32, "audit_key": "a" * 32, "link_key": "l" * 32}
STOLEN = dict.fromkeys(OWN, "x" * 32) | {"cursor_key": "c" * 32}


def settings(**more: str) -> GatewaySettings:
    return house.settings("postgresql://unused", "redis://unused", **more)


def test_what_was_sealed_or_sent_out_before_is_read_and_nothing_new_is_by_the_old_secret() -> None:
    before, after, thief = settings(), settings(**OWN), settings(**STOLEN)
    sealed = own_keys.seal(before, SEALED_AS).close(b"secret", of="whk_1")
    anew = own_keys.seal(after, SEALED_AS).close(b"secret", of="whk_1")
    link = own_keys.codes(before).make("unsubscribe", "sub_1")
    new_link = own_keys.codes(after).make("unsubscribe", "sub_1")

    for each in (sealed, anew):
        assert own_keys.seal(after, SEALED_AS).open(each, of="whk_1") == b"secret"
    for reader in (before, thief):
        with pytest.raises(ValueError, match="cannot be opened"):
            own_keys.seal(reader, SEALED_AS).open(anew, of="whk_1")
        assert not own_keys.codes(reader).fits(new_link, "unsubscribe", "sub_1")
    known = own_keys.codes(after)
    assert all(known.fits(each, "unsubscribe", "sub_1") for each in (link, new_link))
    assert not known.fits(link, "unsubscribe", "sub_2")
    with pytest.raises(ValueError, match="cannot be opened"):
        own_keys.seal(after, own_keys.SIGNING_KEYS).open(sealed, of="whk_1")


async def test_a_chain_goes_on_under_its_own_key_and_never_back_under_the_old_one(
    database_url: str,
) -> None:
    before, after = own_keys.audit(settings()), own_keys.audit(settings(**OWN))

    async def written(database: Database, audit: Audit) -> Head | Break:
        async with database.transaction() as connection:
            await audit.record(
                connection, Actor(None, "test", None), "key.made", "key_1", now=SystemClock().now()
            )
            return await after.verify(connection)

    async with opened(database_url) as database:
        held = [await written(database, audit) for audit in (before, before, after, after)]
        forged = await written(database, before)
        async with database.connection() as connection:
            by_the_old_alone = await before.verify(connection)

    assert [each.seq for each in held if isinstance(each, Head)] == [1, 2, 3, 4]
    assert forged == Break(5, "was changed, or what stands before it was")
    assert isinstance(by_the_old_alone, Break)
    assert by_the_old_alone.seq == 3
