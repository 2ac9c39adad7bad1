"""Money: an exact amount in one currency. Amounts of different currencies are never added."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final, Self

TENGE: Final = "KZT"
MINOR_UNITS: Final = Decimal("0.01")
ABSURD: Final = Decimal(10) ** 15  # no purchase costs more, in any currency

_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount, kept exactly, and its ISO 4217 code.

    Raises ValueError if the amount is not finite or the code is not three capital letters.
    """

    amount: Decimal
    currency: str = TENGE

    def __post_init__(self) -> None:
        if not self.amount.is_finite():
            raise ValueError(f"An amount of money is finite, not {self.amount}")
        if not _CURRENCY.fullmatch(self.currency):
            raise ValueError(f"A currency is three capital letters, not {self.currency!r}")

    @classmethod
    def of(cls, amount: str | float | Decimal, currency: str = TENGE) -> Self:
        """Read an amount as it was written: the float 0.1 is ten hundredths, not its binary tail.

        Raises ValueError for what is no number.
        """
        try:
            return cls(Decimal(str(amount)), currency)
        except InvalidOperation as error:
            raise ValueError(f"{amount!r} is not an amount of money") from error

    def __add__(self, other: Self) -> Self:
        self._same_currency(other)
        return type(self)(self.amount + other.amount, self.currency)

    def __sub__(self, other: Self) -> Self:
        self._same_currency(other)
        return type(self)(self.amount - other.amount, self.currency)

    def __lt__(self, other: Self) -> bool:
        self._same_currency(other)
        return self.amount < other.amount

    def __str__(self) -> str:
        return f"{self.amount.quantize(MINOR_UNITS)} {self.currency}"

    def _same_currency(self, other: Self) -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be put together")
