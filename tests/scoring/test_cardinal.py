"""The profile `cardinal`: Cardinal's rules, guards and oddities, on worked examples of our own."""

from pathlib import Path

import pytest

from tests.scoring.offline import Json, bid, cardinal, process, won

NO_META = "--no-meta"


def gap(ocid: str, first: float, second: float, winner: str = "A", other: str = "B") -> Json:
    return process(ocid, [bid("valid", winner, first), bid("valid", other, second)], [won(winner)])


def only(code: str) -> str:
    return f"[{code}]\n"


def test_quartiles_are_of_type_eight(tmp_path: Path) -> None:
    gaps = [10, 20, 30, 40, 50]
    found = cardinal(tmp_path, *[gap(str(n), 100, 100 + n) for n in gaps], settings=only("R024"))

    # n = 5, p = 1/4: h = (5 + 1/3) / 4 + 1/3 = 1.6667, so q1 = 0.1 + 0.6667 * 0.1 (type 7: 0.2).
    assert found["Meta"]["R024"] == {"q1": 0.1667, "q3": 0.4333, "lower_fence": -0.2333}
    assert "OCID" not in found


def test_a_value_on_the_lower_fence_is_flagged_with_both_tenderers(tmp_path: Path) -> None:
    crowd = [gap(f"c{n}", 100, 120, "A", "B") for n in range(4)]
    close = gap("close", 100, 110, "W", "S")

    alike = cardinal(tmp_path, *crowd, settings=only("R024"), options=NO_META)
    found = cardinal(tmp_path, *crowd, close, settings=only("R024"), options=NO_META)

    assert alike["OCID"] == {f"c{n}": {"R024": 0.2} for n in range(4)}
    # q1 = 0.1667 and q3 = 0.2, so that the fence is 0.1167.
    assert found["OCID"] == {"close": {"R024": 0.1}}
    assert found["Tenderer"] == {"W": {"R024": 0.0}, "S": {"R024": 0.0}}


def test_r024_is_silent_where_a_quarter_of_the_gaps_is_zero(tmp_path: Path) -> None:
    found = cardinal(
        tmp_path,
        *[gap(f"c{n}", 100, 100) for n in range(4)],
        settings=only("R024"),
        options=NO_META,
    )

    assert found == {}


def test_a_threshold_of_r024_passes_the_guard_of_the_quartile_but_not_zero(tmp_path: Path) -> None:
    releases = [gap(f"c{n}", 100, 100) for n in range(4)]

    flagged = cardinal(tmp_path, *releases, settings="[R024]\nthreshold = 0.05\n")
    silent = cardinal(tmp_path, *releases, settings="[R024]\nthreshold = 0\n")

    assert flagged["OCID"]["c0"] == {"R024": 0.0}
    assert flagged["Meta"] == {"R024": {"lower_fence": 0.05}}
    assert silent == {"Meta": {"R024": {"lower_fence": 0.0}}}


def test_the_lowest_of_several_bids_of_the_winner_counts_and_pending_ones_do_not(
    tmp_path: Path,
) -> None:
    bids = [
        bid("valid", "A", 130),
        bid("valid", "A", 100),
        bid("pending", "B", 101),
        bid("valid", "B", 150),
        bid("valid", "C", 140),
        bid("valid", "B+C", 100.5),
    ]
    found = cardinal(
        tmp_path, process("p", bids, [won("A")]), settings="[R024]\nthreshold=9", options=NO_META
    )

    assert found["OCID"] == {"p": {"R024": 0.4}}
    assert set(found["Tenderer"]) == {"A", "C"}


@pytest.mark.parametrize(
    "awards",
    [
        [won("A"), won("B")],
        [won("A", "C")],
        [won("A"), {"status": "pending"}],
        [won("A"), {"status": "in review"}],
        [won("B")],
        [],
    ],
    ids=["two winners", "consortium", "pending", "unknown code", "dearer won", "no award"],
)
def test_a_price_gap_needs_one_cheapest_winner_and_final_awards(
    tmp_path: Path, awards: list[dict[str, object]]
) -> None:
    release = process("p", [bid("valid", "A", 100), bid("valid", "B", 120)], awards)

    assert cardinal(tmp_path, release, settings="[R024]\nthreshold=9", options=NO_META) == {}


def test_an_award_without_status_and_one_that_failed_are_passed_over(tmp_path: Path) -> None:
    awards = [{"suppliers": [{"id": "X"}]}, won("Y", status="unsuccessful"), won("A")]
    release = process("p", [bid("valid", "A", 100), bid("valid", "B", 120)], awards)

    found = cardinal(tmp_path, release, settings="[R058]\nthreshold=0.1", options=NO_META)

    assert found == {"OCID": {"p": {"R058": 0.2}}, "Tenderer": {"A": {"R058": 0.0}}}


def test_the_main_currency_is_the_first_that_a_price_rule_sees(tmp_path: Path) -> None:
    dollars = [{"status": "valid", "tenderers": [{"id": who}],
                "value": {"amount": amount, "currency": "USD"}}
               for who, amount in (("A", 100), ("B", 150))]  # fmt: skip
    first = process("undecided", dollars, [{"status": "pending"}])
    tenge = gap("tenge", 100, 120)
    later = process("dollars", dollars, [won("A")])

    by_order = cardinal(tmp_path, first, tenge, later, settings="[R058]\nthreshold=0.1")
    by_setting = cardinal(tmp_path, tenge, later, settings="currency = USD\n[R058]\nthreshold=0.1")

    assert set(by_order["OCID"]) == {"tenge"}
    assert set(by_setting["OCID"]) == {"dollars"}


def test_an_infinite_gap_is_flagged_and_written_as_null(tmp_path: Path) -> None:
    found = cardinal(
        tmp_path,
        gap("free", 0, 10),
        gap("both-free", 0, 0),
        settings="[R058]\nthreshold=0.5",
        options=NO_META,
    )

    assert found == {"OCID": {"free": {"R058": None}}, "Tenderer": {"A": {"R058": 0.0}}}


def test_methods_can_be_left_out_of_price_comparison_or_alone_let_in(tmp_path: Path) -> None:
    releases = [
        gap("draw", 100, 120) | {"tender": {"procurementMethodDetails": "Draw"}},
        gap("auction", 100, 120) | {"tender": {"procurementMethodDetails": "Auction"}},
        gap("unnamed", 100, 120),
    ]
    rule = "[R058]\nthreshold=0.1"

    deny = cardinal(
        tmp_path,
        *releases,
        settings=f"no_price_comparison_procurement_methods = Draw|Lot\n{rule}",
    )
    allow = cardinal(
        tmp_path,
        *releases,
        settings=f"price_comparison_procurement_methods = Auction\n"
        f"no_price_comparison_procurement_methods = Auction\n{rule}",
    )

    assert set(deny["OCID"]) == {"auction", "unnamed"}
    assert set(allow["OCID"]) == {"auction"}


def test_what_is_excluded_or_cancelled_is_not_read_at_all(tmp_path: Path) -> None:
    releases = [
        gap("kept", 100, 120),
        gap("cancelled", 100, 300) | {"tender": {"status": "cancelled"}},
        gap("excluded", 100, 400) | {"tender": {"procurementMethodDetails": "Draw"}},
    ]

    found = cardinal(
        tmp_path, *releases, settings="[exclusions]\nprocurement_method_details = Draw\n[R058]"
    )

    assert found["OCID"] == {"kept": {"R058": 0.2}}
    assert found["Meta"]["R058"] == {"q1": 0.2, "q3": 0.2, "upper_fence": 0.2}


def test_r025_counts_a_tenderer_once_per_process(tmp_path: Path) -> None:
    twice = [bid("valid", "L", 9), bid("valid", "L", 8), bid("valid", "A", 7)]
    releases = [process(f"p{n}", twice, [won("A")]) for n in range(4)]
    releases += [
        process(f"q{n}", [bid("valid", "B"), bid("valid", "C")], [won("BC"[n % 2])])
        for n in range(4)
    ]

    found = cardinal(
        tmp_path, *releases, settings="[R025]\nthreshold = 0.5\npercentile = 50", options=NO_META
    )

    assert found["Tenderer"] == {
        "L": {"R025": 0.0},
        "B": {"R025": 0.5},
        "C": {"R025": 0.5},
    }


def test_meta_stands_even_where_nothing_could_be_computed(tmp_path: Path) -> None:
    found = cardinal(tmp_path, {"ocid": "nothing"})

    null = dict.fromkeys(("q1", "q3", "upper_fence"))
    assert found == {
        "Meta": {
            "R024": dict.fromkeys(("q1", "q3", "lower_fence")),
            "R025": dict.fromkeys(("q1", "q3", "upper_fence", "lower_fence")),
            "R048": null,
            "R058": null,
        }
    }


def test_r028_names_everyone_at_the_price_and_takes_sets_not_lists(tmp_path: Path) -> None:
    bids = [
        bid("valid", "A", 100),
        bid("valid", "A", 100.0),
        bid("disqualified", "B+C", 1e2),
        bid("valid", "D", 99),
    ]
    same_set = [bid("valid", "A+B", 5), bid("valid", "B+A+A", 5)]

    found = cardinal(
        tmp_path, process("p", bids, []), process("q", same_set, []), settings=only("R028")
    )

    assert found == {
        "OCID": {"p": {"R028": 1.0}},
        "Tenderer": {who: {"R028": 1.0} for who in "ABC"},
        "Meta": {},
    }


def test_an_unusable_tenderer_is_no_member_of_the_set_but_spoils_a_sole_bid(tmp_path: Path) -> None:
    mixed = {"status": "valid", "tenderers": [{"id": 7}, {"id": "A"}],
             "value": {"amount": 100, "currency": "KZT"}}  # fmt: skip
    nobody = mixed | {"tenderers": [{"id": 7}]}
    release = process(
        "p", [mixed, bid("valid", "A", 100), nobody, bid("valid", "B", 120)], [won("A")]
    )

    found = cardinal(tmp_path, release, settings="[R028]\n[R058]\nthreshold=0.1", options=NO_META)

    assert found == {"OCID": {"p": {"R058": 0.2}}, "Tenderer": {"A": {"R058": 0.0}}}


def test_r030_names_the_late_winner(tmp_path: Path) -> None:
    release = process(
        "p",
        [bid("valid", "A+B", date="2020-01-02"), bid("valid", "C", date="2020-01-03")],
        [won("B")],
        tender={"tenderPeriod": {"endDate": "2020-01-01T00:00:00Z"}},
    )

    found = cardinal(tmp_path, release, settings=only("R030"), options=NO_META)

    assert found == {"OCID": {"p": {"R030": 1.0}}, "Tenderer": {"B": {"R030": 1.0}}}


def test_r035_gives_the_number_of_others_and_a_threshold_of_zero_is_one(tmp_path: Path) -> None:
    three = [bid("valid", "A"), *[bid("disqualified", who) for who in ("B", "C", "C", "A")]]
    none = [bid("valid", "A"), bid("disqualified", "A")]

    found = cardinal(
        tmp_path,
        process("three", three, [won("A")]),
        process("none", none, [won("A")]),
        process("not-the-winner", three, [won("A", "D")]),
        settings="[R035]\nthreshold = 0",
        options=NO_META,
    )

    assert found == {"OCID": {"three": {"R035": 2.0}}, "Tenderer": {"A": {"R035": 0.0}}}


def test_r036_needs_a_valid_bid_with_an_amount_in_the_main_currency(tmp_path: Path) -> None:
    lowest_out = [bid("disqualified", None, 90), bid("valid", None, 100)]
    unpriced = [bid("disqualified", None, 90), bid("valid", "A")]
    text = [bid("disqualified", None, "80"), bid("valid", None, 100)]

    found = cardinal(
        tmp_path,
        process("p", lowest_out, [won("A")]),
        process("unpriced", unpriced, [won("A")]),
        process("text", text, [won("A")]),
        process("pending", lowest_out, [won("A", status="pending")]),
        settings=only("R036"),
        options=NO_META,
    )

    assert found == {"OCID": {"p": {"R036": 1.0}}}


def test_r038_measures_buyers_procuring_entities_and_tenderers(tmp_path: Path) -> None:
    clean = [bid("valid", "A"), bid("valid", "B")]
    harsh = [bid("disqualified", "C"), bid("disqualified", "C"), bid("withdrawn", "C")]
    releases = [
        process(
            f"c{n}", clean, [], buyer={"id": f"B{n}"}, tender={"procuringEntity": {"id": f"P{n}"}}
        )
        for n in range(3)
    ]
    releases.append(
        process("h", harsh, [], buyer={"id": "BX"}, tender={"procuringEntity": {"id": "PX"}})
    )

    found = cardinal(tmp_path, *releases, settings=only("R038"), options="--map")

    # Ratios of the buyers are 0, 0, 0, 1: q1 = 0, q3 = 0.5833, upper fence 1.4583.
    assert "Buyer" not in found
    assert found["Meta"]["R038"]["Buyer_q3"] == 0.5833
    assert found["Meta"]["R038"]["ProcuringEntity_upper_fence"] == 1.4583
    assert found["Maps"]["ocid_buyer_r038"] == {"h": "BX"}
    assert found["Maps"]["ocid_procuringentity_r038"] == {"h": "PX"}
    assert found["Maps"]["ocid_tenderer"] == {"c0": ["A", "B"], "c1": ["A", "B"],
                                              "c2": ["A", "B"], "h": ["C"]}  # fmt: skip

    found = cardinal(tmp_path, *releases, settings="[R038]\nthreshold=1\n", options=NO_META)
    assert found == {
        "Buyer": {"BX": {"R038": 1.0}},
        "ProcuringEntity": {"PX": {"R038": 1.0}},
        "Tenderer": {"C": {"R038": 1.0}},
    }


def test_r048_counts_kinds_of_goods_of_sole_suppliers_with_enough_processes(tmp_path: Path) -> None:
    def award(who: str, *codes: object) -> dict[str, object]:
        return won(*who.split("+")) | {
            "items": [{"classification": {"id": code}} for code in codes]
        }

    releases = [
        process("a1", [], [award("A", "10x", "10y", "20"), award("A", "30")]),
        process("a2", [], [award("A", 40, "5")]),
        process("b1", [], [award("B", "10")]),
        process("b2", [], [award("B", "10"), award("A+B", "99")]),
        process("c1", [], [award("C", "10", "20", "30", "40", "50")]),
    ]

    found = cardinal(
        tmp_path, *releases, settings="[R048]\nminimum_contracting_processes = 2\nthreshold = 4"
    )

    assert found["Tenderer"] == {"A": {"R048": 4.0}}
    assert found["Meta"] == {"R048": {"upper_fence": 4.0}}


def test_maps_list_the_flagged_tenderers_by_process(tmp_path: Path) -> None:
    found = cardinal(
        tmp_path, gap("p", 100, 120), settings="[R024]\nthreshold=1\n[R058]\nthreshold=0.1",
        options="--no-meta --map",
    )  # fmt: skip

    assert found["Maps"] == {
        "ocid_buyer_r038": {},
        "ocid_procuringentity_r038": {},
        "ocid_tenderer": {},
        "ocid_tenderer_r024": {"p": ["A", "B"]},
        "ocid_tenderer_r028": {},
        "ocid_tenderer_r030": {},
        "ocid_tenderer_r035": {},
        "ocid_tenderer_r058": {"p": ["A"]},
    }


def test_r003_takes_days_by_method_and_a_list_of_methods(tmp_path: Path) -> None:
    def days(ocid: str, n: int, **tender: str) -> dict[str, object]:
        end = f"2020-01-{1 + n:02}T00:00:00Z"
        period = {"startDate": "2020-01-01t00:00:00.000z", "endDate": end}
        return {"ocid": ocid, "tender": {"tenderPeriod": period, **tender}}

    found = cardinal(
        tmp_path,
        days("a", 14, procurementMethod="open"),
        days("b", 15, procurementMethod="open"),
        days("c", 14),
        days("d", 20, procurementMethod="open", procurementMethodDetails="international wide"),
        days("e", 9, procurementMethod="open", procurementMethodDetails="emergency"),
        settings="[R003]\nprocurement_methods = open|selective\n"
        "[R003.procurement_method_details]\nemergency = 9\ninternational wide = 25\n",
        options=NO_META,
    )

    assert found == {"OCID": {"a": {"R003": 1.0}, "d": {"R003": 1.0}}}


def test_r003_reads_no_hour_24_and_no_offset_of_a_whole_day(tmp_path: Path) -> None:
    def ends(ocid: str, end: str) -> Json:
        period = {"startDate": "2020-03-01T00:00:00Z", "endDate": end}
        return {"ocid": ocid, "tender": {"tenderPeriod": period}}

    found = cardinal(
        tmp_path,
        ends("good", "2020-03-02T23:59:59+23:59"),
        ends("hour 24", "2020-03-02T24:00:00Z"),
        ends("offset 24", "2020-03-02T00:00:00+24:00"),
        ends("offset 00:60", "2020-03-02T00:00:00-00:60"),
        settings=only("R003"),
        options=NO_META,
    )

    assert found == {"OCID": {"good": {"R003": 1.0}}}


def test_r018_without_methods_takes_every_method_and_none(tmp_path: Path) -> None:
    releases = [
        {"ocid": "direct", "tender": {"procurementMethod": "direct", "numberOfTenderers": 1}},
        {"ocid": "unnamed", "tender": {"numberOfTenderers": 1}},
        {"ocid": "three", "tender": {"numberOfTenderers": 3}},
    ]

    found = cardinal(
        tmp_path, *releases, settings="[R018]\nprocurement_methods =\n", options=NO_META
    )

    assert found == {"OCID": {"direct": {"R018": 1.0}, "unnamed": {"R018": 1.0}}}


def test_a_percentile_above_100_lets_nobody_be_a_top_tenderer(tmp_path: Path) -> None:
    releases = [gap(str(n), 10, 20, "A", "B") for n in range(3)]

    found = cardinal(tmp_path, *releases, settings="[R025]\nthreshold = 1\npercentile = 101\n")

    assert found == {"Meta": {"R025": {"upper_fence": None, "lower_fence": 1.0}}}


def test_of_several_lines_of_one_ocid_the_last_price_gap_counts(tmp_path: Path) -> None:
    lines = [gap("p", 100, 150), gap("q", 100, 103), gap("p", 100, 104), process("p", [], [])]

    found = cardinal(tmp_path, *lines, settings="[R058]\nthreshold = 0.3\n[R024]\n")

    # Gaps 0.04 and 0.03, not 0.5: h = (2 + 1/3) / 4 + 1/3 < 1, so that q1 is the smaller one.
    assert found["Meta"]["R024"] == {"q1": 0.03, "q3": 0.04, "lower_fence": 0.015}
    assert "OCID" not in found
