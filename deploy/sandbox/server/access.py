"""Who may ask: one token, until when it is good, and how strangers are refused."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from deploy.sandbox.server.carry import Reply, refusal

Refusal = Literal["401", "404"]
"""How a bad token is answered: two teams saw different answers of the portal."""


@dataclass(frozen=True, slots=True)
class Access:
    """The token; `expires` is a moment of the portal's clock, without zone."""

    token: str
    refusal: Refusal = "404"
    expires: datetime | None = None

    def admits(self, header: bytes, now: datetime) -> bool:
        """Whether a request with this Authorization header may be answered."""
        right = secrets.compare_digest(header, f"Bearer {self.token}".encode())
        return right and (self.expires is None or now < self.expires)

    def refused(self) -> Reply:
        """What a stranger is told."""
        if self.refusal == "401":
            message = "Your request was made with invalid credentials."
            return refusal(401, "Unauthorized", message, "UnauthorizedHttpException")
        return refusal(404, "Not Found", "Invalid Route", "NotFoundHttpException")
