"""Devices: a mobile application reads scores with a token of its own, in nobody's name."""

from fastapi import Request, Response

from gateway.api import example_callers as examples
from gateway.api.administering import Anyone
from gateway.api.commanding import NOT_STORED
from gateway.api.describing import answers
from gateway.door import HOLDER
from gateway.holders import DEVICE, OF_DEVICES
from gateway.keys import NewKey
from gateway.reads.answering import encode
from gateway.state import Gateway, State
from gateway.tiers import TIERS
from gateway.who import devices
from gateway.who.documents import Device
from gateway.who.networks import address_of
from shared.errors import RateLimited, ScopeMissing, Unauthenticated
from shared.late import Router

router = Router(prefix="/v1/devices", tags=["callers"])


@router.post(
    "",
    operation_id="register_device",
    summary="Get a token for a device",
    response_model=None,
    status_code=201,
    responses=answers(Device, examples.DEVICE, RateLimited, status=201),
)
async def register_device(request: Request, gateway: Gateway) -> Response:
    """Get a token that reads scores, without any account; nothing is asked and nothing known.

    Keep it on the device; it is shown this once. Each device has a limit of its own. One network
    may register so many in a minute (429), and all its devices together ask so much.
    """
    await gateway.crowds.take("new_devices", address_of(request.scope, gateway.proxies))
    async with gateway.database.transaction() as connection:
        made = await devices.register(connection, now=gateway.clock.now())
    return _told(gateway, made, 201)


@router.post(
    "/me:rotate",
    operation_id="rotate_device",
    summary="Change the token of this device",
    response_model=None,
    responses=answers(Device, examples.DEVICE, Unauthenticated, ScopeMissing, RateLimited),
)
async def rotate_device(request: Request, caller: Anyone, gateway: Gateway) -> Response:
    """Get another token in place of the one shown, which is taken for ten minutes more."""
    del caller
    async with gateway.database.transaction() as connection:
        made = await devices.rotate(connection, _device(request), now=gateway.clock.now())
    return _told(gateway, made, 200)


@router.post(
    "/me:revoke",
    operation_id="revoke_device",
    summary="End the token of this device",
    response_model=None,
    status_code=204,
    responses={
        **answers(Device, examples.DEVICE, Unauthenticated, ScopeMissing, RateLimited, status=204),
        204: {"description": "Ended; refused everywhere within seconds."},
    },
)
async def revoke_device(request: Request, caller: Anyone, gateway: Gateway) -> Response:
    """Make the tokens of this device invalid for good."""
    del caller
    async with gateway.database.transaction() as connection:
        await devices.revoke(connection, _device(request), now=gateway.clock.now())
    return Response(status_code=204)


def _device(request: Request) -> str:
    holder = request.scope[HOLDER]
    if holder.kind != DEVICE:
        raise ScopeMissing("This is for the token of a device.")
    device: str = holder.id
    return device


def _told(gateway: State, made: NewKey, status: int) -> Response:
    per_minute = TIERS[DEVICE].per_minute or gateway.settings.requests_per_minute
    told = Device(id=made.id, token=made.text, scopes=sorted(OF_DEVICES), per_minute=per_minute)
    return Response(encode(told), status, NOT_STORED, media_type="application/json")
