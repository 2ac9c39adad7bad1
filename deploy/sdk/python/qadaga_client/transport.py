"""How a request gets there and back: authentication, retries, idempotency keys, ETags."""

from __future__ import annotations

import base64
import random
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Self
from urllib.parse import quote

import httpx

from .pages import Pages
from .problems import problem

IDEMPOTENT: Final = frozenset({"GET", "HEAD", "PUT", "DELETE"})
LONGEST_PAUSE: Final = 60.0
REMEMBERED: Final = 500

_AWAY: Final = frozenset({502, 503, 504})
_TOO_MANY: Final = 429
_PARTIAL: Final = 206
_NOT_MODIFIED: Final = 304
_REFUSED: Final = 400
_CHANGED: Final = 412
_EARLY: Final = 30.0
"""Seconds before its end at which a token is no longer used."""


class Transport:
    """A connection to the platform with the rights of a key, or of an OAuth client.

    A request that may be repeated without a second effect is repeated up to `retries` times: when
    the line breaks, when the platform is away for a moment, and after the pause that it asks for;
    one of more than a minute (a quota is spent until midnight) is the caller's to wait for.
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        *,
        client_id: str | None = None,
        client_secret: str | None = None,
        language: str | None = None,
        retries: int = 4,
        timeout: float = 30.0,
        sleep: Callable[[float], None] = time.sleep,
        http: httpx.Client | None = None,
    ) -> None:
        self._key = key
        self._client = (client_id, client_secret) if client_id and client_secret else None
        self._token_ends = 0.0
        self._retries = retries
        self._sleep = sleep
        self._headers = {"Accept-Language": language} if language else {}
        self._http = http or httpx.Client(timeout=timeout)
        self._url = url.rstrip("/")
        self._known: OrderedDict[str, tuple[str, Any]] = OrderedDict()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    @staticmethod
    def part(value: str) -> str:
        """Return a value as one part of a path."""
        return quote(value, safe="")

    def pages(self, path: str, query: Mapping[str, Any] | None = None) -> Pages[Any]:
        """Return a list to walk over."""
        return Pages(
            lambda cursor: self.ask("GET", path, query={**(query or {}), "cursor": cursor})
        )

    def ask(
        self,
        verb: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        form: Mapping[str, str] | None = None,
        if_match: str | None = None,
        idempotency_key: str | None = None,
        repeatable: bool = False,
    ) -> Any:
        """Send a request and return what was answered; None where there is nothing to read.

        Raises Problem when it is refused, httpx.TransportError when the line stays broken.
        """
        headers: dict[str, str] = {}
        if repeatable:
            headers["Idempotency-Key"] = idempotency_key or str(uuid.uuid4())
        if if_match:
            headers["If-Match"] = if_match
        request = self._http.build_request(
            verb, self._url + path, params=_asked(query), json=body, data=form, headers=headers
        )
        mark = str(request.url)
        if verb == "GET" and mark in self._known:
            request.headers["If-None-Match"] = self._known[mark][0]
        answer = self._sent(request, repeatable=repeatable or verb in IDEMPOTENT)
        if answer.status_code == _NOT_MODIFIED:
            self._known.move_to_end(mark)
            return self._known[mark][1]
        return self._read(mark, answer)

    def fetch(self, path: str) -> Iterator[bytes]:
        """Walk over the bytes of a file; where the line breaks, go on from there.

        Raises Problem when it is refused or has become another file on the way,
        httpx.TransportError when the line stays broken.
        """
        have, version, tried = 0, "", 0
        while True:
            before = have
            part = {"Range": f"bytes={have}-", "If-Range": version} if have else {}
            headers = {"Accept-Encoding": "identity", **part}
            request = self._http.build_request("GET", self._url + path, headers=headers)
            answer = self._sent(request, repeatable=True, stream=True)
            try:
                if answer.status_code >= _REFUSED or (have and answer.status_code != _PARTIAL):
                    answer.read()
                    raise _not_the_part(answer)
                version = answer.headers.get("etag", "")
                for piece in answer.iter_raw():
                    have += len(piece)
                    yield piece
            except httpx.TransportError:
                tried = 0 if have > before else tried + 1
                if tried > self._retries:
                    raise
                self._sleep(_backoff(tried))
            else:
                return
            finally:
                answer.close()

    def etag(self, path: str) -> str | None:
        """Return the version of this document that was read last."""
        known = self._known.get(self._url + path)
        return known[0] if known else None

    def _read(self, mark: str, answer: httpx.Response) -> Any:
        if answer.status_code >= _REFUSED:
            raise problem(answer.status_code, _document(answer))
        kind = answer.headers.get("content-type", "").partition(";")[0]
        value = answer.json() if kind.endswith(("/json", "+json")) else (answer.text or None)
        if answer.request.method == "GET" and (etag := answer.headers.get("etag")):
            self._known[mark] = (etag, value)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return value

    def _sent(
        self, request: httpx.Request, *, repeatable: bool, stream: bool = False
    ) -> httpx.Response:
        request.headers.update(self._headers)
        for tried in range(self._retries + 1):
            last = tried == self._retries
            self._authorise(request)
            try:
                answer = self._http.send(request, stream=stream)
            except httpx.TransportError as fault:
                if last or not (repeatable or isinstance(fault, httpx.ConnectError)):
                    raise
                self._sleep(_backoff(tried))
                continue
            if last or not _again(answer.status_code, repeatable=repeatable):
                return answer
            pause = _pause(answer, tried)
            if pause > LONGEST_PAUSE:
                return answer
            answer.close()
            self._sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _authorise(self, request: httpx.Request) -> None:
        if request.url.path.endswith("/oauth/token"):
            if self._client:
                request.headers["Authorization"] = _basic(*self._client)
            return
        if self._client and time.monotonic() > self._token_ends:
            self._renew()
        if self._key:
            request.headers["Authorization"] = f"Bearer {self._key}"

    def _renew(self) -> None:
        """Get a token by id and secret of the OAuth client."""
        token = self.ask("POST", "/oauth/token", form={"grant_type": "client_credentials"})
        self._key = token["access_token"]
        self._token_ends = time.monotonic() + token["expires_in"] - _EARLY


def _asked(query: Mapping[str, Any] | None) -> httpx.QueryParams:
    """Return the parameters that are set; a sequence is repeated."""
    asked: list[tuple[str, str | int | float | bool | None]] = []
    for name, value in (query or {}).items():
        if value is None:
            continue
        many = isinstance(value, Sequence) and not isinstance(value, str)
        asked += [(name, str(each)) for each in (value if many else [value])]
    return httpx.QueryParams(asked)


def _again(status: int, *, repeatable: bool) -> bool:
    """Whether to try again: what was refused for its number had no effect, whatever the verb."""
    return status == _TOO_MANY or (repeatable and status in _AWAY)


def _pause(answer: httpx.Response, tried: int) -> float:
    said = answer.headers.get("retry-after", "")
    return float(said) if said.isdecimal() else _backoff(tried)


def _backoff(tried: int) -> float:
    return min(0.5 * 2.0**tried, LONGEST_PAUSE) * (0.5 + random.random() / 2)  # noqa: S311 (no secret)


def _basic(name: str, secret: str) -> str:
    shown = base64.b64encode(f"{name}:{secret}".encode()).decode()
    return f"Basic {shown}"


def _not_the_part(answer: httpx.Response) -> Exception:
    if answer.status_code >= _REFUSED:
        return problem(answer.status_code, _document(answer))
    return problem(_CHANGED, {"code": "changed_meanwhile", "detail": "It is another file now."})


def _document(answer: httpx.Response) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        told = None
    return told if isinstance(told, dict) else {"detail": answer.text[:1000]}
