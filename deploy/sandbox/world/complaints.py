"""Complaints about results, and pauses by those who control: while they last nothing is signed."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.notices import interrupt
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.tenders import APPEALED, DONE, PAUSED, REVIEWED, Notice, Times
from deploy.sandbox.world.workdays import DAY, office_hour, text, working_after

OPEN, DECIDED = 1, 3
BY_SUPPLIER = 2


def complain(tale: Tale, notice: Notice) -> int | None:
    """A losing bidder complains in time and is turned down; when that is decided.

    None if nobody lost.
    """
    lot = notice.lots[0]
    losers = [bid for bid in lot.bids if bid is not lot.winner]
    if not losers or not lot.winner:
        return None
    rng, results = tale.rng, notice.times.results
    applied = office_hour(rng, working_after(results // DAY, rng.randint(1, 2)), 9, 18)
    window = working_after(results // DAY, terms.term("standstill", notice.method))
    days = rng.randint(1, terms.term("complaint_decision"))
    decided = office_hour(rng, working_after(window, days), 10, 18)
    file(tale, notice, losers[0].supplier.pid, applied, decided)
    return decided


def pause(tale: Tale, times: Times) -> tuple[int, int]:
    """State audit stops the review for some days: from when to when; the results move on."""
    rng = tale.rng
    paused = office_hour(rng, working_after(times.closes // DAY, 1), 9, 12)
    resumed = office_hour(rng, working_after(paused // DAY, rng.randint(4, 8)), 9, 12)
    times.results = office_hour(rng, working_after(resumed // DAY, 2), 10, 17)
    return paused, resumed


def note_pause(notice: Notice, paused: int, resumed: int) -> None:
    """Write the pause down."""
    number = str(notice.record.id % 900 + 1)
    row = {
        "id": notice.record.id, "status": DECIDED, "dateCreate": text(paused),
        "datePause": text(paused), "decideNumber": number, "decideDate": text(resumed),
        "decideDocKz": None, "decideDocRu": None, "statusNameRu": "Решение вынесено",
        "statusNameKz": "Шешім шығарылды", "solutionNameRu": "Решение по госаудиту",
        "solutionNameKz": "Мемаудит бойынша шешім",
        "lots": [{"id": lot.record.id} for lot in notice.lots if lot.record], "systemId": 3,
        "indexDate": text(resumed),
    }  # fmt: skip
    waiting = {**row, "status": OPEN, "decideDate": None}
    interrupt(notice, paused, PAUSED, resumed, REVIEWED, Pause=waiting)
    notice.record.patch(resumed, Pause=row)


def file(tale: Tale, notice: Notice, pid: int, applied: int, decided: int) -> None:
    """Enter a complaint and its decision."""
    record = tale.add("ComplaintAppeal", applied, {})
    record.row.update(
        status=OPEN, dateApply=text(applied), isDeleted=0, inspectSubjId=tale.buyer.pid,
        inspectUserId=0, crdate=text(applied), cruser=0, modifiedBy=0, startDate=text(applied),
        endDate=None, active="1", decisionDate=None, numberAppeal=str(record.id),
        trdBuyId=notice.record.id, type=BY_SUPPLIER, sysSubjectId=pid, complaintId=record.id,
        Files=[],
    )  # fmt: skip
    record.patch(decided, status=DECIDED, decisionDate=text(decided), endDate=text(decided))
    interrupt(notice, applied, APPEALED, decided, DONE)
