"""Money is exact, and its currencies stay apart."""

from decimal import Decimal

import pytest

from shared.vocabulary.money import Money


def test_a_float_is_read_as_it_was_written() -> None:
    assert Money.of(0.1) + Money.of(0.2) == Money.of("0.3")


def test_amounts_of_one_currency_add_up_and_compare() -> None:
    assert Money.of("10.50") - Money.of(3) == Money(Decimal("7.50"), "KZT")
    assert Money.of(1) < Money.of("1.01")
    assert str(Money.of(1234567)) == "1234567.00 KZT"


@pytest.mark.check("B8", tier=1, limit="0 sums")
def test_two_currencies_are_never_put_together() -> None:
    with pytest.raises(ValueError, match="KZT and USD"):
        Money.of(1) + Money.of(1, "USD")
    with pytest.raises(ValueError, match="USD and KZT"):
        assert Money.of(1, "USD") < Money.of(2)


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1 000", "", "abc"])
@pytest.mark.check("B3", tier=1, limit="0 others kept")
def test_what_is_no_finite_number_is_no_money(amount: str) -> None:
    with pytest.raises(ValueError, match=r"finite|not an amount"):
        Money.of(amount)


@pytest.mark.parametrize("currency", ["", "kzt", "TENGE", "₸"])
def test_a_currency_is_three_capital_letters(currency: str) -> None:
    with pytest.raises(ValueError, match="three capital letters"):
        Money.of(1, currency)
