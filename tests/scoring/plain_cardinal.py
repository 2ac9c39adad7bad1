"""Cardinal's rules once more, release by release in plain Python, to compare the set-wise SQL with.

Written from the description of the rules and as simply as possible; slow, and no part of the
product. Gives results by group, id and code, as the output has them.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

Json = dict[str, Any]
Results = dict[str, dict[str, dict[str, float]]]
Gaps = dict[str, tuple[float, str, str]]

FINAL = {"active", "cancelled", "unsuccessful"}


def evaluate(releases: Iterable[Any]) -> Results:
    """Judge by all eleven rules with Cardinal's defaults, the minimums of R048 at two."""
    kept = [one for one in releases if _kept(one)]
    results: Results = defaultdict(lambda: defaultdict(dict))
    currency = _first_currency(kept)
    gaps: Gaps = {}
    for release in kept:
        _dates(release, results)
        _single(release, results)
        _same_price(release, results)
        _late(release, results)
        _others_out(release, results)
        _lowest_out(release, currency, results)
        _gap(release, currency, gaps)
    _fenced_gaps(gaps, results)
    _losers(kept, results)
    _rejecting(kept, results)
    _varied(kept, results)
    return {group: dict(entries) for group, entries in results.items() if entries}


def quantile(values: Iterable[float], p: float) -> float:
    """Type 8."""
    x = sorted(values)
    h = (len(x) + 1 / 3) * p + 1 / 3
    k = math.floor(h)
    if not x:
        return math.nan
    if k <= 0:
        return x[0]
    return x[-1] if k >= len(x) else x[k - 1] + (h - k) * (x[k] - x[k - 1])


def _fences(values: Iterable[float]) -> tuple[float, float, float]:
    found = list(values)
    q1, q3 = quantile(found, 0.25), quantile(found, 0.75)
    return q1, q1 - 1.5 * (q3 - q1), q3 + 1.5 * (q3 - q1)


def _at(value: Any, *path: str) -> Any:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _text(value: Any, *path: str) -> str | None:
    found = _at(value, *path)
    return found if isinstance(found, str) else None


def _array(value: Any, *path: str) -> list[Any] | None:
    found = _at(value, *path)
    return found if isinstance(found, list) else None


def _ids(holder: Any, key: str) -> list[str]:
    return [who for one in _array(holder, key) or [] if (who := _text(one, "id")) is not None]


def _sole(holder: Any, key: str) -> str | None:
    members = _array(holder, key)
    return _text(members[0], "id") if members is not None and len(members) == 1 else None


def _price(bid: Any) -> tuple[float, str] | None:
    amount, currency = _at(bid, "value", "amount"), _text(bid, "value", "currency")
    if isinstance(amount, bool) or not isinstance(amount, int | float) or currency is None:
        return None
    return float(amount), currency


def _kept(release: Any) -> bool:
    return _text(release, "ocid") is not None and _text(release, "tender", "status") != "cancelled"


def _submitted(release: Json) -> list[Any]:
    bids = _array(release, "bids", "details") or []
    return [one for one in bids if _text(one, "status") not in {None, "invited", "withdrawn"}]


def _valid(release: Json) -> list[Any]:
    return [
        one for one in _array(release, "bids", "details") or [] if _at(one, "status") == "valid"
    ]


def _final_awards(release: Json) -> list[Any] | None:
    awards = _array(release, "awards")
    if awards is None or _array(release, "bids", "details") is None:
        return None
    statuses = {status for one in awards if (status := _text(one, "status")) is not None}
    if statuses - FINAL:
        return None
    return [one for one in awards if _text(one, "status") == "active"]


def _winner(release: Json) -> str | None:
    awards = _final_awards(release)
    return _sole(awards[0], "suppliers") if awards is not None and len(awards) == 1 else None


def _offers(release: Json) -> Iterator[tuple[str, float, str]]:
    if _winner(release) is not None:
        for bid in _valid(release):
            who, price = _sole(bid, "tenderers"), _price(bid)
            if who is not None and price is not None:
                yield (who, *price)


def _any_active(release: Json) -> bool:
    return any(_text(one, "status") == "active" for one in _array(release, "awards") or [])


def _first_currency(kept: list[Json]) -> str | None:
    for release in kept:
        for _, _, currency in _offers(release):
            return currency
        if _any_active(release):
            for bid in _submitted(release):
                if (price := _price(bid)) is not None:
                    return price[1]
    return None


def _dates(release: Json, results: Results) -> None:
    days = _at(release, "tender", "days")  # the generator writes the days beside the dates
    if isinstance(days, int) and days < 15:
        results["OCID"][release["ocid"]]["R003"] = 1.0


def _single(release: Json, results: Results) -> None:
    number = _at(release, "tender", "numberOfTenderers")
    method = _text(release, "tender", "procurementMethod")
    if type(number) is int and number == 1 and method in {"open", "selective"}:
        results["OCID"][release["ocid"]]["R018"] = 1.0


def _same_price(release: Json, results: Results) -> None:
    last: dict[tuple[float, str], set[str]] = {}
    for bid in _submitted(release):
        price, ids = _price(bid), set(_ids(bid, "tenderers"))
        if price is None or not ids:
            continue
        if price in last and last[price] != ids:
            results["OCID"][release["ocid"]]["R028"] = 1.0
            for who in last[price] | ids:
                results["Tenderer"][who]["R028"] = 1.0
        last[price] = ids


def _late(release: Json, results: Results) -> None:
    end = _text(release, "tender", "tenderPeriod", "endDate")
    awards = _array(release, "awards")
    if end is None or awards is None:
        return
    winners = {
        who for one in awards if _at(one, "status") == "active" for who in _ids(one, "suppliers")
    }
    for bid in _valid(release):
        date = _text(bid, "date")
        if date is not None and date > end:
            for who in winners.intersection(_ids(bid, "tenderers")):
                results["OCID"][release["ocid"]]["R030"] = 1.0
                results["Tenderer"][who]["R030"] = 1.0


def _others_out(release: Json, results: Results) -> None:
    awards = _final_awards(release) or []
    winners = {who for one in awards for who in _ids(one, "suppliers")}
    valid = {who for bid in _valid(release) for who in _ids(bid, "tenderers")}
    out = {
        who
        for bid in _submitted(release)
        if bid["status"] == "disqualified"
        for who in _ids(bid, "tenderers")
    }
    if len(valid) == 1 and valid == winners and out - valid:
        results["OCID"][release["ocid"]]["R035"] = float(len(out - valid))
        results["Tenderer"][next(iter(valid))]["R035"] = 0.0


def _lowest_out(release: Json, main: str | None, results: Results) -> None:
    if not _any_active(release):
        return
    priced = [(_price(bid), bid["status"]) for bid in _submitted(release)]
    found = [(price[0], status) for price, status in priced if price and price[1] == main]
    if found and any(status == "valid" for _, status in found):
        lowest = min(amount for amount, _ in found)
        if next(status for amount, status in found if amount == lowest) == "disqualified":
            results["OCID"][release["ocid"]]["R036"] = 1.0


def _gap(release: Json, main: str | None, gaps: Gaps) -> None:
    winner = _winner(release)
    offers = [(amount, who) for who, amount, currency in _offers(release) if currency == main]
    own = [one for one in offers if one[1] == winner]
    others = [one for one in offers if one[1] != winner]
    if not own or not others or winner is None:
        return
    first, second = min(amount for amount, _ in own), min(amount for amount, _ in others)
    if second >= first:
        runner_up = next(who for amount, who in others if amount == second)
        gaps[release["ocid"]] = ((second - first) / first, winner, runner_up)


def _fenced_gaps(gaps: Gaps, results: Results) -> None:
    q1, low, high = _fences(gap for gap, _, _ in gaps.values())
    for ocid, (gap, winner, runner_up) in gaps.items():
        if q1 > 0 and low > 0 and gap <= low:
            results["OCID"][ocid]["R024"] = gap
            results["Tenderer"][winner]["R024"] = results["Tenderer"][runner_up]["R024"] = 0.0
        if high > 0 and gap >= high:
            results["OCID"][ocid]["R058"] = gap
            results["Tenderer"][winner]["R058"] = 0.0


def _losers(kept: list[Json], results: Results) -> None:
    tally: dict[str, list[int]] = defaultdict(list)
    for release in kept:
        if (winner := _winner(release)) is not None:
            for one in {_sole(bid, "tenderers") for bid in _valid(release)} - {None}:
                tally[str(one)].append(int(one == winner))
    ratios = {who: sum(wins) / len(wins) for who, wins in tally.items()}
    q1, low, _ = _fences(ratios.values())
    many = quantile((len(wins) for wins in tally.values()), 0.75)
    for who, ratio in ratios.items():
        if q1 > 0 and low > 0 and len(tally[who]) >= many and ratio <= low:
            results["Tenderer"][who]["R025"] = ratio


def _rejecting(kept: list[Json], results: Results) -> None:
    tallies: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for release in kept:
        bids = _submitted(release)
        buyer, entity = (
            _text(release, "buyer", "id"),
            _text(release, "tender", "procuringEntity", "id"),
        )
        for bid in bids:
            out = int(bid["status"] == "disqualified")
            named = [("Tenderer", who) for who in _ids(bid, "tenderers")]
            named += [("Buyer", buyer)] if buyer is not None else []
            named += [("ProcuringEntity", entity)] if entity is not None else []
            for group, who in named:
                tallies[group][who][0] += out
                tallies[group][who][1] += 1
    for group, tally in tallies.items():
        ratios = {who: out / bids for who, (out, bids) in tally.items() if bids >= 2}
        _, _, high = _fences(ratios.values())
        for who, ratio in ratios.items():
            if high > 0 and ratio >= high:
                results[group][who]["R038"] = ratio


def _varied(kept: list[Json], results: Results) -> None:
    kinds: dict[str, set[str]] = defaultdict(set)
    processes: dict[str, set[int]] = defaultdict(set)
    for number, release in enumerate(kept):
        for award in _array(release, "awards") or []:
            who = _sole(award, "suppliers")
            if who is None or _at(award, "status") != "active":
                continue
            for item in _array(award, "items") or []:
                if (code := _text(item, "classification", "id")) is not None:
                    kinds[who].add(code[:2])
                    processes[who].add(number)
    counts = {who: len(found) for who, found in kinds.items() if len(processes[who]) >= 2}
    _, _, high = _fences(counts.values())
    for who, count in counts.items():
        if count >= high:
            results["Tenderer"][who]["R048"] = float(count)
