"""The portal's token: valid for a year, replaced while the platform runs, never written down."""

from datetime import date
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from shared.clock import Clock

WARN_DAYS: Final = 30  # a new token is granted on a letter, which takes weeks


class Token:
    """The token as it is now. One that lies in a file is read again whenever the file changes."""

    def __init__(
        self, given: SecretStr | None, *, file: Path | None = None, expires: date | None = None
    ) -> None:
        self._given = given
        self._file = file
        self._read_at: int | None = None
        self.expires = expires

    def value(self) -> str:
        """Return the token; of a file that is away for a moment the last one stays."""
        if self._file is not None:
            self._read()
        return self._given.get_secret_value() if self._given else ""

    def days_left(self, clock: Clock) -> int | None:
        """Return the days until it expires, less than 0 afterwards; None where nobody says."""
        return None if self.expires is None else (self.expires - clock.now().date()).days

    def warning(self, clock: Clock) -> str | None:
        """Say what is to be done about a token that ends soon."""
        left = self.days_left(clock)
        if left is None or left > WARN_DAYS:
            return None
        when = f"expires in {left} days" if left >= 0 else f"expired {-left} days ago"
        return f"The token of the portal {when}; ask for a new one and put it in place"

    def _read(self) -> None:
        assert self._file is not None
        try:
            changed = self._file.stat().st_mtime_ns
            if changed != self._read_at:
                self._given = SecretStr(self._file.read_text("utf-8").strip())
                self._read_at = changed
        except OSError:
            return
