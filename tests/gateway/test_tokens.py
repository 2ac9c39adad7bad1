"""Tokens of clients and members, tokens of devices, and from where a key may be used."""

import asyncio
import base64
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.audit.chain import Actor
from gateway.who import approvals, cors, signing, tokens
from gateway.who.doing import acting
from gateway.who.networks import address_of, networks_of
from gateway.who.signing import PUBLISHED_BEFORE, jwk
from shared.security import Caller
from tests.gateway.house import House, opened_house, problem
from tests.gateway.office import Office, described, opened_office

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
async def office(house: House) -> Office:
    return await opened_office(house)


async def token_of(
    house: House, form: str, basic: tuple[str, str] | None = None, **more: Any
) -> httpx.Response:
    """Ask for a token."""
    headers = dict(FORM)
    if basic:
        text = base64.b64encode(":".join(basic).encode()).decode()
        headers["Authorization"] = f"Basic {text}"
    answer = await house.client.post("/oauth/token", content=form, headers=headers | more)
    described(house.app.openapi(), answer)
    return answer


async def who(house: House, token: str) -> httpx.Response:
    return await house.client.get("/v1/me", headers={"Authorization": f"Bearer {token}"})


async def test_a_client_gets_tokens_in_both_ways_and_its_end_is_theirs_in_every_process(
    office: Office, database_url: str, valkey_url: str
) -> None:
    house = office.house
    body = {"name": "agency", "scopes": ["alerts:read", "scores:read"]}
    client = await office.made("first", "/v1/clients", body)
    shown = (client["id"], client["secret"])
    basic = await token_of(house, "grant_type=client_credentials", shown)
    post = await token_of(
        house,
        f"grant_type=client_credentials&client_id={shown[0]}&client_secret={shown[1]}"
        "&scope=alerts:read",
    )
    token = post.json()["access_token"]
    told = (await who(house, token)).json()
    header = jwt.get_unverified_header(token)
    keys = (await house.client.get("/.well-known/jwks.json")).json()["keys"]
    issuer = house.settings.public_url
    claims = jwt.decode(
        token, jwt.PyJWK(keys[0]), algorithms=["EdDSA"], audience=issuer, issuer=issuer
    )

    assert basic.json()["scope"] == "alerts:read scores:read"
    assert basic.json()["expires_in"] == 600
    assert basic.headers["cache-control"] == "no-store"
    assert header == {"alg": "EdDSA", "typ": "at+jwt", "kid": keys[0]["kid"]}
    assert claims["client_id"] == claims["sub"] == client["id"]
    assert claims["exp"] - claims["iat"] == 600
    assert (told["credential"], told["scopes"]) == ("token", ["alerts:read"])
    assert told["id"] == client["id"]  # its limit is its client's
    assert problem(await who(house, client["secret"])) == (401, "unauthenticated")

    async with opened_house(house.database, database_url, valkey_url) as second:
        for each in (house, second):
            assert (await who(each, token)).status_code == 200
        await office.ask("first", "DELETE", f"/v1/clients/{client['id']}", If_Match='"1"')
        for each in (house, second):
            async with asyncio.timeout(5):
                while (await who(each, token)).status_code == 200:
                    await asyncio.sleep(0.01)
    after = await token_of(house, "grant_type=client_credentials", shown)
    assert (after.status_code, after.json()["error"]) == (401, "invalid_client")


async def test_what_is_no_request_for_a_token_is_refused_in_the_words_of_oauth(
    office: Office,
) -> None:
    house = office.house
    client = await office.made("first", "/v1/clients", {"name": "a", "scopes": ["scores:read"]})
    right, grant = (client["id"], client["secret"]), "grant_type=client_credentials"
    key = office.keys["app"]
    asked: list[tuple[str, tuple[str, str] | None, int, str]] = [
        (grant, None, 401, "invalid_client"),
        (grant, (client["id"], client["secret"][:-4] + "aaaa"), 401, "invalid_client"),
        (grant, ("aaaaaaaaaaaaaaaa", client["secret"]), 401, "invalid_client"),
        (grant, (key.split("_")[2], key), 401, "invalid_client"),
        (grant, ("", ""), 401, "invalid_client"),
        ("grant_type=password&scope=scores:read", right, 400, "unsupported_grant_type"),
        ("scope=scores:read", right, 400, "unsupported_grant_type"),
        ("", right, 400, "unsupported_grant_type"),
        (f"{grant}&{grant}", right, 400, "invalid_request"),
        (f"{grant}&more=1", right, 400, "invalid_request"),
        (f"{grant}&client_secret=x", right, 400, "invalid_request"),
        (f"{grant}&client_id=other", right, 400, "invalid_request"),
        ("nonsense", right, 400, "invalid_request"),
        ("grant_type=%ff", right, 400, "invalid_request"),
        (f"{grant}&scope=org:admin", right, 400, "invalid_scope"),
        (f"{grant}&scope=alerts:read", right, 400, "invalid_scope"),
    ]
    for form, basic, status, error in asked:
        answer = await token_of(house, form, basic)
        assert (answer.status_code, answer.json()["error"]) == (status, error), form
        assert client["secret"] not in answer.text
    slow = {"name": "a", "scopes": ["scores:read"], "per_minute": 2}
    of_few = await office.made("first", "/v1/clients", slow)
    few = [await token_of(house, grant, (of_few["id"], of_few["secret"])) for _ in range(3)]
    assert [answer.status_code for answer in few] == [200, 200, 429]
    as_json = await house.client.post("/oauth/token", json={"grant_type": "client_credentials"})
    not_base64 = await token_of(house, grant, None, Authorization="Basic ???")
    bearer = await token_of(house, grant, None, Authorization=f"Bearer {key}")
    assert problem(as_json) == (415, "unsupported_media_type")
    assert not_base64.json()["error"] == "invalid_client"
    assert bearer.json()["error"] == "invalid_request"


@pytest.mark.check("K4", tier=1, limit="all refused")
async def test_no_forged_altered_or_foreign_token_is_let_in(office: Office) -> None:
    house, now = office.house, datetime.now(UTC)
    signs = await house.state.signer.current()
    kid, key = signs.kid, signs.private
    assert key is not None
    credential = office.keys["app"].split("_")[2]
    issuer = house.settings.public_url
    stranger = Ed25519PrivateKey.generate()
    moment = int(now.timestamp())
    right: dict[str, Any] = {
        "iss": issuer,
        "aud": issuer,
        "iat": moment,
        "nbf": moment,
        "exp": moment + 600,
        "sub": credential,
        "client_id": credential,
        "scope": "scores:read",
        "jti": "1",
    }

    def signed(
        claims: dict[str, Any] | None = None,
        *,
        by: Any = key,
        algorithm: str = "EdDSA",
        **header: Any,
    ) -> str:
        head = {"kid": kid, "typ": "at+jwt"} | header
        return jwt.encode({**right, **(claims or {})}, by, algorithm=algorithm, headers=head)

    def unsigned(header: dict[str, Any]) -> str:
        parts = (json.dumps(part).encode() for part in (header, right))
        return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."

    good = signed()
    public = key.public_key().public_bytes_raw()
    rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    without = {name: value for name, value in right.items() if name != "exp"}
    bad = {
        "another's key": signed(by=stranger),
        "alg none": unsigned({"alg": "none", "typ": "at+jwt", "kid": kid}),
        "alg none, empty": unsigned({"alg": "None", "typ": "at+jwt", "kid": kid}),
        "HMAC with the public key": signed(by=public, algorithm="HS256"),
        "RSA": signed(by=rsa_key, algorithm="RS256"),
        "a key of its own": signed(by=stranger, jwk=jwk(kid, stranger.public_key())),
        "a key from elsewhere": signed(jku="https://example.kz/jwks.json"),
        "critical": signed(crit=["exp"]),
        "unknown kid": signed(kid="../../etc/passwd"),
        "another type": signed(typ="JWT"),
        "another audience": signed({"aud": "https://example.kz"}),
        "several audiences": signed({"aud": [issuer, "https://example.kz"]}),
        "another issuer": signed({"iss": "https://example.kz"}),
        "over": signed({"iat": moment - 700, "nbf": moment - 700, "exp": moment - 100}),
        "not yet": signed({"nbf": moment + 60}),
        "for too long": signed({"exp": moment + 3600}),
        "no end": jwt.encode(
            without, key, algorithm="EdDSA", headers={"kid": kid, "typ": "at+jwt"}
        ),
        "a text as moment": signed({"exp": str(moment + 600)}),
        "unknown credential": signed({"client_id": "aaaaaaaaaaaaaaaa", "sub": "aaaaaaaaaaaaaaaa"}),
        "a member of nobody": signed({"sub": "mem_0000000000000000"}),
        "altered": good[:-6] + ("AAAAAA" if good[-6:] != "AAAAAA" else "BBBBBB"),
        "payload swapped": ".".join(
            [good.split(".")[0], signed({"scope": "org:admin"}).split(".")[1], good.split(".")[2]]
        ),
        "huge": good + "A" * 9000,
    }

    assert (await who(house, good)).status_code == 200
    for name, token in bad.items():
        assert problem(await who(house, token)) == (401, "unauthenticated"), name
    more = signed({"scope": "scores:read platform:admin drafts:approve"})
    assert (await who(house, more)).json()["scopes"] == ["scores:read"]  # the app has no more


async def test_a_members_token_allows_what_key_and_role_both_do_and_ends_with_either(
    office: Office,
) -> None:
    reader, first = office.members["reader"], office.members["first"]
    made = await office.made("app", f"/v1/members/{reader}/tokens", {})
    token = made["access_token"]
    told = (await office.ask(token, "GET", "/v1/me")).json()
    more = await office.ask(
        "app", "POST", f"/v1/members/{reader}/tokens", {"scopes": ["drafts:write"]}
    )
    narrow = await office.made(
        "first", "/v1/keys", {"name": "narrow", "scopes": ["scores:read", "drafts:write"]}
    )
    of_admin = await office.made(narrow["secret"], f"/v1/members/{first}/tokens", {})
    mine = await office.ask("first", "POST", f"/v1/members/{reader}/tokens", {})
    from_token = await office.ask(token, "POST", f"/v1/members/{reader}/tokens", {})
    body = {"scopes": ["scores:read"]}
    twice = [
        (await office.ask("app", "POST", f"/v1/members/{reader}/tokens", body, Idempotency_Key="x"))
        for _ in range(2)
    ]

    assert (told["member"], told["role"]) == (reader, "reader")
    assert "drafts:write" not in told["scopes"]
    assert problem(more) == (403, "scope_missing")
    assert of_admin["scope"] == "drafts:write scores:read"
    assert problem(mine) == problem(from_token) == (403, "scope_missing")
    assert [answer.json()["access_token"] is None for answer in twice] == [False, True]

    demoted = await office.ask(
        "first", "PATCH", f"/v1/members/{reader}", {"role": "monitor"}, If_Match="*"
    )
    await office.house.level()
    assert demoted.status_code == 200
    assert (await office.ask(token, "GET", "/v1/me")).json()["role"] == "monitor"
    key = office.keys["app"].split("_")[2]
    await office.ask("first", "DELETE", f"/v1/keys/{key}", If_Match="*")
    await office.house.level()
    assert problem(await office.ask(token, "GET", "/v1/me")) == (401, "unauthenticated")


async def test_a_new_signing_key_is_published_before_it_signs_and_the_old_outlives_its_tokens(
    house: House,
) -> None:
    state, now = house.state, datetime.now(UTC)
    old = (await state.signer.current()).kid
    async with acting(house.database, state.clock, state.audit, Actor(None, "x", None)) as do:
        new = await signing.rotate(do.connection, state.seal, now=now)
    await house.level()
    keys = {key.kid: key for key in await state.signer.keys()}
    published = (await house.client.get("/.well-known/jwks.json")).json()["keys"]
    async with house.database.connection() as connection:
        sealed = await connection.fetchval("SELECT sealed FROM signing_key WHERE kid = $1", new)

    assert [key["kid"] for key in published] == [old, new]
    assert (await state.signer.current()).kid == old
    assert signing._signing(list(keys.values()), now + PUBLISHED_BEFORE) == keys[new]
    last_token_ends = now + PUBLISHED_BEFORE + tokens.LIFE
    assert keys[old].trusted(last_token_ends - timedelta(seconds=1))
    assert not keys[old].trusted(last_token_ends)
    private = keys[new].private
    assert private is not None
    assert private.private_bytes_raw() not in sealed
    with pytest.raises(ValueError, match="cannot be opened"):
        state.seal.open(sealed, of=old)


async def test_when_a_signing_key_has_leaked_its_tokens_end_at_once(office: Office) -> None:
    house = office.house
    path = f"/v1/members/{office.members['reader']}/tokens"
    token = (await office.made("app", path, {}))["access_token"]
    assert (await who(house, token)).status_code == 200
    platform = await opened_office(house, "Qadaga", kind="operator")
    asks, decides = (
        Actor(platform.id, platform.members[name], name, in_person=True)
        for name in ("first", "second")
    )
    state, scopes = house.state, frozenset({"platform:admin"})
    operator = Caller(platform.id, None, "operator", None, scopes)
    act = ("rotate_signing_key", platform.id, "signing keys")
    async with acting(house.database, state.clock, state.audit, asks) as do:
        request = await approvals.ask(do, *act, at_once=True)
    sealed = {"seal": state.seal}
    async with acting(house.database, state.clock, state.audit, decides, **sealed) as do:
        await approvals.decide(do, request, "approve", operator)
    await house.level()
    after = (await office.made("app", path, {}))["access_token"]

    assert problem(await who(house, token)) == (401, "unauthenticated")
    assert (await who(house, after)).status_code == 200
    assert len((await house.client.get("/.well-known/jwks.json")).json()["keys"]) == 1


async def from_address(house: House, host: str, key: str, **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(house.app, client=(host, 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        return await client.get("/v1/me", headers={"Authorization": f"Bearer {key}", **said})


async def test_a_key_bound_to_networks_is_of_use_nowhere_else_whatever_is_forwarded(
    office: Office, database_url: str, valkey_url: str
) -> None:
    networks = ["192.0.2.0/28", "2001:db8:1::/48"]
    body = {"name": "a", "scopes": ["scores:read"], "networks": networks}
    key = (await office.made("first", "/v1/keys", body))["secret"]
    client = await office.made("first", "/v1/clients", body)
    inside = ("192.0.2.7", "::ffff:192.0.2.7", "2001:db8:1::9")
    outside = ("192.0.2.16", "2001:db8:2::1", "testclient", "")

    for host in inside:
        assert (await from_address(office.house, host, key)).status_code == 200, host
    for host in outside:
        answer = await from_address(office.house, host, key, X_Forwarded_For="192.0.2.7")
        assert problem(answer) == (403, "network_not_allowed"), host
    form = "grant_type=client_credentials"
    refused = await token_of(office.house, form, (client["id"], client["secret"]))
    assert problem(refused) == (403, "network_not_allowed")

    proxies = {"trusted_proxies": "10.0.0.0/8, fd00::/8"}
    async with opened_house(office.house.database, database_url, valkey_url, **proxies) as behind:
        seen = {
            "192.0.2.7": 200,
            "203.0.113.9, 192.0.2.7": 200,
            "192.0.2.7, 10.1.1.1": 200,
            "192.0.2.7, 203.0.113.9": 403,
            "192.0.2.7, nonsense": 403,
            "203.0.113.9": 403,
            "": 403,
        }
        for said, status in seen.items():
            answer = await from_address(behind, "10.0.0.1", key, X_Forwarded_For=said)
            assert answer.status_code == status, said
        direct = await from_address(behind, "203.0.113.9", key, X_Forwarded_For="192.0.2.7")
        assert direct.status_code == 403


@pytest.mark.check("A5", tier=1, limit="no forwarded address believed")
def test_the_address_is_the_last_that_no_proxy_of_ours_added() -> None:
    trusted = networks_of(["10.0.0.0/8"])
    headers = [(b"x-forwarded-for", b"1.1.1.1, 2.2.2.2"), (b"x-forwarded-for", b"10.9.9.9")]
    scope = {"client": ("10.0.0.1", 1), "headers": headers}

    assert str(address_of(scope, trusted)) == "2.2.2.2"
    assert str(address_of(scope, ())) == "10.0.0.1"
    assert address_of({"client": None, "headers": headers}, trusted) is None


async def test_a_page_reads_answers_where_its_origin_is_named_by_the_key_and_nowhere_else(
    office: Office,
) -> None:
    house, site = office.house, "https://example.kz"
    body = {"name": "site", "scopes": ["scores:read"], "origins": [f"{site}:443"]}
    made = await office.made("first", "/v1/keys", body)
    await house.level()

    async def ask(method: str, key: str | None, origin: str, **more: str) -> httpx.Response:
        headers = {"Origin": origin} | {n.replace("_", "-"): v for n, v in more.items()}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        return await house.client.request(method, "/v1/me", headers=headers)

    want = {"Access_Control_Request_Method": "GET"}
    preflight = await ask("OPTIONS", None, site, **want)
    foreign = await ask("OPTIONS", None, "https://example.com", **want)
    right = await ask("GET", made["secret"], site)
    wrong = await ask("GET", made["secret"], "https://example.com")
    lookalike = await ask("GET", made["secret"], "https://example.kz.example.com")
    no_page = await who(house, made["secret"])
    of_a_server = await ask("GET", office.keys["app"], site)

    assert made["origins"] == [site]
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == site
    assert "Authorization" in preflight.headers["access-control-allow-headers"]
    assert problem(foreign) == (401, "unauthenticated")
    assert right.headers["access-control-allow-origin"] == site
    assert "Origin" in right.headers["vary"]
    assert {"Range", "If-Range", "If-Match"} <= set(
        preflight.headers["access-control-allow-headers"].split(", ")
    )
    assert {"ETag", "Content-Range", "Content-Disposition", "Accept-Ranges", "Retry-After"} <= set(
        right.headers["access-control-expose-headers"].split(", ")
    )
    assert problem(wrong) == problem(lookalike) == (403, "origin_not_allowed")
    assert no_page.status_code == of_a_server.status_code == 200
    for answer in (foreign, wrong, lookalike, no_page, of_a_server):
        assert "access-control-allow-origin" not in answer.headers
        assert "access-control-allow-credentials" not in answer.headers

    await office.ask("first", "DELETE", f"/v1/keys/{made['id']}", If_Match='"1"')
    await house.level()
    assert problem(await ask("OPTIONS", None, site, **want)) == (401, "unauthenticated")


async def test_a_device_reads_scores_in_nobodys_name_changes_its_token_and_ends_it(
    office: Office,
) -> None:
    made = await office.made(None, "/v1/devices", None)  # type: ignore[arg-type]
    token = made["token"]
    told = (await office.ask(token, "GET", "/v1/me")).json()
    no_more = [
        (await office.ask(token, "GET", path)).status_code
        for path in ("/v1/processes", "/v1/alerts", "/v1/keys", "/v1/members", "/v1/organisation")
    ]
    rotated = await office.made(token, "/v1/devices/me:rotate", None)
    await office.house.level()
    both = [(await who(office.house, each)).status_code for each in (token, rotated["token"])]
    async with office.house.database.transaction() as connection:
        await connection.execute("UPDATE device SET previous_until = now() - interval '1 second'")
    office.house.state.memory.clear()
    late = [(await who(office.house, each)).status_code for each in (token, rotated["token"])]
    await office.ask(rotated["token"], "POST", "/v1/devices/me:revoke")
    await office.house.level()
    ended = await who(office.house, rotated["token"])
    await office.house.state.callers.flush()
    async with office.house.database.connection() as connection:
        row = await connection.fetchrow("SELECT * FROM device")

    assert (told["credential"], told["organisation"], told["scopes"]) == (
        "device",
        None,
        ["scores:read"],
    )
    assert no_more == [403, 403, 403, 403, 404]
    assert rotated["id"] == made["id"]
    assert (both, late) == ([200, 200], [401, 200])
    assert problem(ended) == (401, "unauthenticated")
    assert row["last_used_at"].time() == row["created_at"].time() == datetime.min.time()
    assert problem(await office.ask("app", "POST", "/v1/devices/me:revoke"))[0] == 403


async def test_devices_have_limits_of_their_own_and_their_network_a_ceiling(
    office: Office, database_url: str, valkey_url: str
) -> None:
    limits = {"new_devices_per_minute": 3, "devices_network_per_minute": 70}
    async with opened_house(office.house.database, database_url, valkey_url, **limits) as house:

        async def register(host: str) -> httpx.Response:
            transport = httpx.ASGITransport(house.app, client=(host, 4711))
            async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
                return await client.post("/v1/devices")

        answers = [await register(f"198.51.100.{n}") for n in range(4)]
        elsewhere = await register("198.51.101.1")
        tokens = [answer.json()["token"] for answer in answers[:2]]
        first = await asyncio.gather(
            *(from_address(house, "198.51.100.1", tokens[0]) for _ in range(61))
        )
        second = await asyncio.gather(
            *(from_address(house, "198.51.100.2", tokens[1]) for _ in range(20))
        )
        other = await from_address(house, "198.51.101.1", tokens[1])

    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
    assert elsewhere.status_code == 201
    assert sorted(answer.status_code for answer in first) == [200] * 60 + [429]
    assert sorted(answer.status_code for answer in second) == [200] * 9 + [429] * 11
    assert int(second[-1].headers["retry-after"]) >= 1
    assert other.status_code == 200


async def test_a_test_key_works_at_the_sandbox_and_a_live_key_does_not(
    office: Office, database_url: str, valkey_url: str
) -> None:
    async with opened_house(
        office.house.database, database_url, valkey_url, mode="test"
    ) as sandbox:
        made = await office.house.new_key(test=True)
        here = await who(sandbox, made)
        elsewhere = await who(office.house, made)
        live = await who(sandbox, office.keys["app"])
        renamed = await who(office.house, made.replace("qdg_test_", "qdg_live_"))

    assert made.startswith("qdg_test_")
    assert here.json()["mode"] == "test"
    for answer in (elsewhere, live, renamed):
        assert problem(answer) == (401, "unauthenticated")


def test_a_page_may_send_and_read_every_header_that_the_client_for_browsers_does() -> None:
    client = Path("deploy/sdk/typescript/src/client.ts").read_text()
    sent = set(re.findall(r'headers\["([A-Za-z-]+)"\] =', client)) | {"Range", "If-Range"}
    read = {name.lower() for name in re.findall(r'headers\.get\("([a-z-]+)"\)', client)}
    safe = {"content-type"}

    assert sent <= set(cors._SENT.decode().split(", "))
    assert '{ Range: `bytes=${have}-`, "If-Range": version }' in client
    assert read - safe <= {name.lower() for name in cors._SHOWN.decode().split(", ")}
