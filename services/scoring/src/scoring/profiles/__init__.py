"""Profiles: the same indicator queries under the habits of a country or of another tool."""

from importlib.resources import files

import msgspec


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the facts are judged; one row of the relation `profile` that every query may join.

    strict               a result that rests on incomplete data is not_computable
    dates_as_text        dates are compared as text, as Cardinal does, and not as instants
    judge_cancelled      cancelled processes are judged as well
    one_currency         prices are compared in one main currency over the whole data set
    main_currency        that currency; None = the first one observed
    minimum_group        the smallest population that a fence may be taken over
    compare_only/-never  values of tender.procurementMethodDetails whose prices are (not) compared
    excluded_details     processes with these procurementMethodDetails are not read at all
    enabled              codes to run; None = all
    prompt               codes that the running platform judges the moment a release arrives; the
                         others follow a moment later, for each costs time even on one purchase.
                         None = all at once
    national             sources that tell what the country's law, registers and portal make known;
                         of the others are asked only the prompt indicators, and those that need no
                         field but the standard's. None = all sources are asked everything
    parameters           overrides of indicator parameters: code -> name -> value
    """

    name: str
    strict: bool
    dates_as_text: bool
    judge_cancelled: bool
    one_currency: bool
    minimum_group: int
    main_currency: str | None = None
    compare_only: list[str] = []
    compare_never: list[str] = []
    excluded_details: list[str] = []
    enabled: list[str] | None = None
    prompt: list[str] | None = None
    national: list[str] | None = None
    parameters: dict[str, dict[str, object]] = {}


def load_profile(name: str) -> Profile:
    """Read the profile of that name from its file; raises FileNotFoundError for an unknown one."""
    document = (files("scoring") / "profiles" / f"{name}.yaml").read_bytes()
    return msgspec.yaml.decode(document, type=Profile)
