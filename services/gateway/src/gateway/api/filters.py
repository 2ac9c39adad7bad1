"""What lists are asked for: a page, places, and what questions for purchases have in common."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema

from gateway.api.asking import Amount, Word, Words, each, organisations
from gateway.reads.statement import Places
from shared.errors import FieldError, Problem
from shared.paging import LARGEST_PAGE, USUAL_PAGE
from shared.vocabulary.kato import subtree
from shared.vocabulary.text import Text


class Paged(BaseModel):
    """What every list takes."""

    limit: int = Field(USUAL_PAGE, ge=1, le=LARGEST_PAGE, description="Rows of a page.")
    cursor: str | None = Field(
        None, max_length=2048, description="`page.next_cursor` of the page before."
    )

    def question(self, name: str) -> dict[str, Any]:
        """Return what a cursor of this list is bound to."""
        asked = self.model_dump(mode="json", exclude={"limit", "cursor"}, exclude_defaults=True)
        return {"list": name, **asked}


def _kato(text: Any) -> Any:
    found = subtree(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError("is no KATO code: 2, 4, 6 or 9 digits that begin with a region's")
    return found


Kato = Annotated[
    str,
    BeforeValidator(_kato),
    WithJsonSchema({"type": "string", "pattern": r"^(\d{2}|\d{4}|\d{6}|\d{9})$"}),
]
Katos = Annotated[list[Kato], Field(max_length=50)]


class InPlaces(Paged):
    """A list that can be asked for the places of one KATO code and all within it.

    A place whose region was parted is found by its code of today and by the published one.
    """

    region: Katos = Field(
        [], description="KATO code (2, 4, 6 or 9 digits): seat of the buyer or place of delivery."
    )
    buyer_region: Katos = Field([], description="KATO code of the buyer's seat.")
    delivery_region: Katos = Field([], description="KATO code of the place of delivery.")

    def places(self) -> Places:
        """Return the subtrees asked for."""
        return Places(each(self.region), each(self.buyer_region), each(self.delivery_region))


class CurrencyRequired(Problem):
    """Amounts are asked for without saying of which currency; they are never compared across."""

    status = 422
    code = "currency_required"
    title = Text(
        kk="Соманың валютасын көрсетіңіз",
        ru="Укажите валюту суммы",
        en="Say the currency of the amount",
    )
    example = "Send currency=KZT, or another ISO 4217 code, with amount[gte] and amount[lte]."
    example_errors = (FieldError("/query/currency", "missing", "goes with an amount"),)


class OfPurchases(InPlaces):
    """What processes, lots, contracts and plan points can all be asked for."""

    buyer: Words = Field([], description="Id (org_…) or BIN of who buys.")
    method: Words = Field([], description="OCDS procurementMethod: open, limited, direct…")
    source: Words = Field([], description="Id of the publisher's data set.")
    currency: Word | None = Field(
        None, description="ISO 4217 code of the amount; needed with amount[gte] and amount[lte]."
    )
    amount_from: Amount | None = Field(
        None,
        alias="amount[gte]",
        description="At least; of a process what was awarded, or else planned.",
    )
    amount_to: Amount | None = Field(None, alias="amount[lte]", description="At most.")
    q: Word | None = Field(
        None, description="Words of title, number or parties, in Kazakh or Russian spelling."
    )

    def common(self) -> dict[str, Any]:
        """Return what all these questions ask for. Raises CurrencyRequired, ValidationFailed."""
        if self.currency is None and not (self.amount_from is None and self.amount_to is None):
            raise CurrencyRequired(CurrencyRequired.example, errors=CurrencyRequired.example_errors)
        return {
            "buyer": organisations(self.buyer, "/query/buyer"),
            "method": each(self.method),
            "source": each(self.source),
            "places": self.places(),
            "currency": self.currency,
            "amount_from": self.amount_from,
            "amount_to": self.amount_to,
            "text": self.q,
        }
