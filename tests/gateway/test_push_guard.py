"""Where webhooks are sent, how they are signed, and when they are tried again: decided by value."""

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_address, ip_network

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook, WebhookVerificationError

from gateway.push.guard import Guard, Refused, is_public
from gateway.push.schedule import PAUSES, Reply, Verdict, decide
from gateway.push.signatures import new_secret, public_key, shown_secret, signatures

NOW = datetime(2026, 3, 2, 6, 5, tzinfo=UTC)


async def outside(host: str, port: int) -> Sequence[str]:
    """Stands for a name server: a name is in the internet, and an address is itself."""
    try:
        return [str(ip_address(host.partition("%")[0]))]
    except ValueError:
        return ["93.184.215.14"]


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://0x7f.1/",
        "https://①②⑦.⓪.⓪.①/",
        "https://127。0。0。1/",
        "https://0.0.0.0/",
        "https://0/",
        "https://10.1.2.3/",
        "https://172.16.0.1/",
        "https://192.168.1.1/",
        "https://100.64.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://198.18.0.1/",
        "https://224.0.0.1/",
        "https://240.0.0.1/",
        "https://255.255.255.255/",
        "https://[::1]/",
        "https://[::]/",
        "https://[fe80::1]/",
        "https://[fe80::1%25eth0]/",
        "https://[fc00::1]/",
        "https://[fec0::1]/",
        "https://[ff02::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[64:ff9b::10.0.0.1]/",
        "https://[64:ff9b:1::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[2001:0:4136:e378:8000:63bf:80ff:fffe]/",
        "https://localhost/",
        "https://localhost./",
        "https://app.localhost/",
        "https://postgres/",
        "https://db.internal/",
        "https://printer.local/",
        "https://user@hooks.example.org/",
        "https://hooks.example.org@127.0.0.1/",
        "https://hooks.example.org#@127.0.0.1/",
        "https://127.0.0.1%00.example.org/",
        "https://hooks.example.org%2f@127.0.0.1/",
        "https://hooks.example.org\\@127.0.0.1/",
        "https://hooks.example.org:22/",
        "https://hooks.example.org:5432/",
        "https://hooks.example.org:6379/",
        "https://hooks.example.org:0/",
        "https://hooks.example.org:99999/",
        "https://hooks.example.org:80/",
        "http://hooks.example.org/",
        "file:///etc/passwd",
        "gopher://hooks.example.org/_x",
        "ftp://hooks.example.org/",
        "//hooks.example.org/",
        "hooks.example.org",
        "https:///x",
        "https://hooks.example.org/\r\nHost: x",
        "https://hooks.example.org/ x",
        "https://hooks.example.org/\tx",
        "https://api.qadaga.example/v1/me",
        "https://hooks.example.org/" + "x" * 2000,
    ],
)
@pytest.mark.check("W5", tier=1, limit="0 inside")
async def test_no_spelling_leads_inside(url: str) -> None:
    with pytest.raises(Refused):
        await Guard(own="api.qadaga.example", resolve=outside).check(url)


@pytest.mark.parametrize(
    ("url", "authority", "path"),
    [
        ("https://hooks.example.org", "hooks.example.org", "/"),
        ("https://HOOKS.example.org:8443/a?b=c", "hooks.example.org:8443", "/a?b=c"),
        ("https://xn--e1afmkfd.xn--p1ai/", "xn--e1afmkfd.xn--p1ai", "/"),
        ("https://1.1.1.1/", "1.1.1.1", "/"),
        ("https://[2606:4700::1111]/", "[2606:4700::1111]", "/"),
    ],
)
async def test_the_public_internet_is_reached(url: str, authority: str, path: str) -> None:
    target = await Guard(resolve=outside).check(url)

    assert (target.authority, target.path) == (authority, path)


async def test_one_private_answer_among_public_ones_refuses_the_name() -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return ["1.1.1.1", "10.0.0.1"]

    with pytest.raises(Refused):
        await Guard(resolve=resolve).check("https://hooks.example.org/")


async def test_nearby_networks_are_reached_only_where_they_are_declared() -> None:
    near = Guard(nearby=[ip_network("127.0.0.0/8")], resolve=outside)

    assert (await near.check("http://127.0.0.1:9000/x")).port == 9000
    for url in ("http://10.0.0.1/", "http://1.1.1.1/", "https://1.1.1.1:9000/"):
        with pytest.raises(Refused):
            await near.check(url)


async def test_a_name_that_leads_nowhere_yet_gets_no_other_port_by_a_declared_network() -> None:
    async def nowhere(host: str, port: int) -> Sequence[str]:
        raise OSError("unknown")

    near = Guard(nearby=[ip_network("127.0.0.0/8")], resolve=nowhere)

    assert (await near.check("https://hooks.example.org:8443/")).port == 8443
    for url in ("https://hooks.example.org:8080/", "http://hooks.example.org/"):
        with pytest.raises(Refused):
            await near.check(url)


def test_what_an_address_carries_inside_is_what_counts() -> None:
    assert is_public(ip_address("64:ff9b::808:808"))
    assert not is_public(ip_address("64:ff9b::a00:1"))
    assert not is_public(ip_address("2002:a00:1::"))


@pytest.mark.check("W4", tier=1, limit="good accepted, rest refused")
def test_the_public_library_accepts_a_signature_and_nothing_that_was_altered() -> None:
    old, new = new_secret("v1"), new_secret("v1")
    body = b'{"type":"ping"}'
    stamp = int(datetime.now(UTC).timestamp())
    both = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(stamp),
        "webhook-signature": signatures(
            "v1", [new, old], message="msg_1", timestamp=stamp, body=body
        ),
    }

    for secret in (old, new):
        reader = Webhook(str(shown_secret("v1", secret)))
        assert reader.verify(body, both) == json.loads(body)
        for altered in (
            {"webhook-id": "msg_2"},
            {"webhook-timestamp": str(stamp + 1)},
            {"webhook-timestamp": str(stamp - 360)},
        ):
            with pytest.raises(WebhookVerificationError):
                reader.verify(body, both | altered)
        with pytest.raises(WebhookVerificationError):
            reader.verify(body + b" ", both)
    with pytest.raises(WebhookVerificationError):
        Webhook(str(shown_secret("v1", new_secret("v1")))).verify(body, both)


def test_an_agency_checks_with_the_public_half_alone() -> None:
    secret = new_secret("v1a")
    signed = signatures("v1a", [secret], message="msg_1", timestamp=7, body=b"{}")
    named = str(public_key("v1a", secret))

    assert named.startswith("whpk_")
    assert shown_secret("v1a", secret) is None
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(named.removeprefix("whpk_")))
    key.verify(base64.b64decode(signed.removeprefix("v1a,")), b"msg_1.7.{}")


@pytest.mark.check("W1", tier=1, limit="10 tries, pauses within 20 %")
def test_ten_tries_within_75_hours_each_pause_a_fifth_more_or_less() -> None:
    hours = sum(PAUSES, timedelta()).total_seconds() / 3600

    assert round(hours, 1) == 75.6
    for tries, pause in enumerate(PAUSES[1:], start=1):
        early, late = (
            decide(Reply(500), tries=tries, now=NOW, chance=chance).due_at - NOW
            for chance in (0, 1)
        )
        assert (early, late) == (pause * 0.8, pause * 1.2)


@pytest.mark.parametrize("status", [200, 202, 204, 299])
def test_two_hundreds_are_success(status: int) -> None:
    assert decide(Reply(status), tries=1, now=NOW, chance=0.5).state == "delivered"


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 404, 500, 503, None])
def test_everything_else_is_tried_again_redirects_too(status: int | None) -> None:
    verdict = decide(Reply(status), tries=1, now=NOW, chance=0.5)

    assert verdict == Verdict("pending", NOW + timedelta(seconds=5))


def test_after_the_tenth_try_and_after_410_the_endpoint_is_disabled() -> None:
    assert decide(Reply(500), tries=9, now=NOW, chance=0.5).disable is None
    assert decide(Reply(500), tries=10, now=NOW, chance=0.5).disable == "failing"
    assert decide(Reply(410), tries=1, now=NOW, chance=0.5).disable == "gone"


@pytest.mark.parametrize("status", [429, 502, 504])
def test_an_overloaded_endpoint_is_spared_as_a_whole(status: int) -> None:
    verdict = decide(Reply(status), tries=1, now=NOW, chance=0.5)

    assert verdict.spare_until == verdict.due_at == NOW + timedelta(seconds=30)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (format_datetime(NOW + timedelta(minutes=3), usegmt=True), 180),
        ("9" * 30, 5),
        ("999999", 86_400),
        ("soon", 5),
        ("-5", 5),
    ],
)
@pytest.mark.check("W2", tier=1, limit="up to a day")
def test_retry_after_is_honoured_up_to_a_day(text: str, seconds: int) -> None:
    verdict = decide(Reply(503, None, text), tries=1, now=NOW, chance=0.5)

    assert verdict.due_at == NOW + timedelta(seconds=seconds)
