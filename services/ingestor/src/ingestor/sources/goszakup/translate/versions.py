"""A contract and its amendments: one root, many versions, the newest in force counts.

An amendment has an id of its own, `parentId` and `rootId`, and repeats the whole contract as it is
to be from then on. Its number ends in /01 where the contract's ends in /00.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ingestor.sources.goszakup.payloads_contracts import Contract
from ingestor.sources.goszakup.values import Value, key, number, text

NUMBER: Final = re.compile(r"(?P<customer>\d{12})/(?P<serial>\d+)/(?P<amendment>\d+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Versions:
    """All versions of one contract, oldest first, and the one that is in force."""

    root: str
    all: Sequence[Contract]
    force: Contract

    @property
    def first(self) -> Contract:
        """The contract as it was first signed, or the oldest version at hand."""
        return self.all[0]

    @property
    def amendments(self) -> list[Contract]:
        """All versions that changed the first, also where that one is not at hand."""
        later = self.all[1:]
        return [*self.all[:1], *later] if is_amendment(self.first) else list(later)

    def ids(self) -> frozenset[str]:
        """Return the ids of all versions, the root's among them."""
        return frozenset([self.root, *(key(one.id) or "" for one in self.all)])


def gathered(contracts: Iterable[Contract], waiting: Callable[[Contract], bool]) -> list[Versions]:
    """Put versions of one contract together; deleted ones are no versions.

    `waiting` tells a version that is not yet, or was never, in force.
    """
    groups: dict[str, list[Contract]] = {}
    alive = [one for one in contracts if text(one.deleted) != "1"]
    for contract, root in zip(alive, roots(alive), strict=True):
        groups.setdefault(root, []).append(contract)
    return [_versions(root, group, waiting) for root, group in groups.items()]


def roots(contracts: Sequence[Contract]) -> list[str]:
    """Return the root of each contract: told by it, else by another version of its number.

    Where only an amendment is at hand that does not tell, the oldest one stands for the root.
    """
    by_serial: dict[str, str] = {}
    for told in (_told_root, lambda contract: key(contract.id)):
        for contract in sorted(contracts, key=_order):
            serial, root = serial_of(contract), told(contract)
            if serial is not None and root is not None:
                by_serial.setdefault(serial, root)
    return [
        key(one.root_id) or by_serial.get(serial_of(one) or "") or key(one.id) or ""
        for one in contracts
    ]


def serial_of(contract: Contract) -> str | None:
    """Return what all versions of a contract share: "970140002674/260023"."""
    found = _number_of(contract)
    return f"{found['customer']}/{found['serial']}" if found else None


def customer_in_number(contract: Contract) -> str | None:
    """Return the BIN of the customer, with which a contract's number begins."""
    found = _number_of(contract)
    return found["customer"] if found else None


def _told_root(contract: Contract) -> str | None:
    return key(contract.root_id) or (None if is_amendment(contract) else key(contract.id))


def is_amendment(contract: Contract) -> bool:
    """Tell whether a version changes a contract, by its number or by what it says of itself."""
    found = _number_of(contract)
    if found is not None:
        return int(found["amendment"]) > 0
    return key(contract.parent_id) is not None or text(contract.ref_contract_type_id) == "2"


def _versions(root: str, group: list[Contract], waiting: Callable[[Contract], bool]) -> Versions:
    ordered = sorted(group, key=_order)
    inforce = [one for one in ordered if not waiting(one)]
    return Versions(root, ordered, (inforce or ordered[:1])[-1])


def _order(contract: Contract) -> tuple[int, float]:
    found = _number_of(contract)
    return (int(found["amendment"]) if found else 0, number(contract.id) or 0)


def _number_of(contract: Contract) -> re.Match[str] | None:
    return _read(contract.contract_number_sys)


@lru_cache(maxsize=1024)
def _read(number: Value) -> re.Match[str] | None:
    return NUMBER.fullmatch(text(number) or "")
