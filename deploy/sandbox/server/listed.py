"""Lists of other bodies, served to everybody as files: who pays VAT, whom the tax service names.

    GET /lists/vat_payers.csv     GET /lists/PSEUDO_COMPANY.xlsx   …

A list is made once a day of the world, and says in Last-Modified since when it stands so.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime
from email.utils import format_datetime
from typing import Final

from deploy.sandbox.server.carry import Reply
from deploy.sandbox.server.faults import Fault, of_kind
from deploy.sandbox.world import World
from deploy.sandbox.world.lists import FILES
from deploy.sandbox.world.workdays import PORTAL

PREFIX: Final = "/lists/"
TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
BY_FILE: Final = {file: (register, form) for register, file, form in FILES.values()}


class Lists:
    """The lists of one world, as they stood when its day was first asked about."""

    def __init__(self) -> None:
        self._day: date | None = None
        self._made: datetime = datetime.now(UTC)
        self._bodies: dict[tuple[str, bool], bytes] = {}

    def answer(self, world: World, path: str, faults: Collection[Fault]) -> Reply:
        """Answer a request for a list; 404 for one that nobody keeps."""
        file = path.removeprefix(PREFIX)
        if file not in BY_FILE:
            return Reply(404, b"", {"content-type": "text/plain"})
        if self._day != world.now.date():
            self._day, self._made = world.now.date(), world.now.replace(tzinfo=PORTAL)
            self._bodies.clear()
        lost = bool(of_kind(faults, ("lost_rows",)))
        if (file, lost) not in self._bodies:
            register, form = BY_FILE[file]
            rows = world.registers()[register]
            self._bodies[file, lost] = form(rows[::2] if lost else rows)
        made = format_datetime(self._made.astimezone(UTC), usegmt=True)
        kind = TYPES[file.rpartition(".")[2]]
        return Reply(200, self._bodies[file, lost], {"content-type": kind, "last-modified": made})
