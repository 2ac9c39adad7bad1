"""What may be asked about tips without a key, how much of it by everybody together, and silence.

Whoever sends a tip is counted with all others and with nobody: no limit knows an address, no log
and no count a request. Floods are held by the proof of work that each tip costs (cases checks it),
by these limits over all, and by how many tips a day are taken.
"""

from typing import Final

from gateway.quotas import Quotas
from shared.errors import RateLimited

QUIET: Final = ("/v1/tips", "/tip", "/kk/tip", "/ru/tip", "/en/tip")
"""Nothing is noted of what begins so."""

WITHOUT_KEY: Final = frozenset(
    {
        ("GET", "/v1/tips/channels"),
        ("POST", "/v1/tips"),
        ("POST", "/v1/tips:plain"),
        ("POST", "/v1/tips/session"),
        ("GET", "/v1/tips/me"),
        ("POST", "/v1/tips/me/messages"),
        ("POST", "/v1/tips/me/chunks"),
        ("POST", "/v1/tips/me:withdraw"),
    }
)

A_MINUTE: Final = {"tips": 60, "tip-sessions": 120, "tip-talk": 1200}
"""How much everybody together may send, begin, and say, in any minute."""


async def take(quotas: Quotas, what: str) -> None:
    """Count one request among those of everybody. Raises RateLimited."""
    verdict = await quotas.take(what, A_MINUTE[what])
    if verdict is not None and not verdict.passed:
        raise RateLimited(
            "Too much is asked by everybody together. Try again in a minute.",
            headers={"Retry-After": str(verdict.seconds)},
        )
