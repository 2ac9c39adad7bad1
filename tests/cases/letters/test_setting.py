"""Letters on paper: PDF and DOCX from the same data, whatever the data hold, and fast."""

import time
from io import BytesIO
from typing import Any, Final

import docx
import pikepdf
import pytest
import typst

from cases.letters.filling import LONGEST, Around, fill
from cases.letters.pdf import pdf
from cases.letters.template import templates
from cases.letters.word import docx as as_docx
from shared.errors import ValidationFailed
from shared.vocabulary.text import LANGUAGES, Text
from tests.cases.letters.samples import AROUND, values

HOSTILE: Final = (
    '#import "/etc/passwd": *',
    '#read("/etc/passwd") #eval("1+1") #panic("x")',
    "$x^2$ *bold* _it_ `raw` @label <label> // comment /* */ \\ ~ --- https://a.b",
    "]]) #{ while true {} } ([[",
    "{sender_name} {0} {__class__} %s ${jndi}",
    "<w:p><script>alert(1)</script></w:p> & \" ' ]]>",
    '=HYPERLINK("http://a")\n+1\n-1\n@SUM(1)',
    "\u202eкері\u202c \u200b\u2066x\u2069 a\x00b\x07c\x1b[31m \ufeff",
)


def paragraphs(data: bytes) -> list[str]:
    """The texts of a DOCX."""
    return [each.text for each in docx.Document(BytesIO(data)).paragraphs]


@pytest.mark.check("B11", tier=1, limit="0 carried out")
def test_hostile_values_are_shown_as_they_are_and_nothing_of_them_is_carried_out() -> None:
    template = templates()["general_appeal"]
    given = values(template, subject=HOSTILE[0], facts=list(HOSTILE), sender_name=HOSTILE[1])
    letter = fill(template, "ru", given, AROUND)
    shown = paragraphs(as_docx(letter))
    items = next(piece.items for piece in letter.body if piece.look == "numbered")

    with pikepdf.open(BytesIO(pdf(letter))) as found:
        assert len(found.pages) <= 2
        assert not [name for name in ("/OpenAction", "/AA", "/Names") if name in found.Root]
        assert "/JavaScript" not in str(found.Root)
    assert items[:7] == list(HOSTILE[:7])
    assert items[7] == "кері x abc[31m"
    assert f"1. {HOSTILE[0]}" in shown
    assert f"5. {HOSTILE[4]}" in shown


def test_what_a_file_cannot_hold_is_left_out_wherever_it_stands() -> None:
    template = templates()["general_appeal"]
    bad = "а\x0bб\x1bв\ufffeг"
    around = Around(Text(bad, bad, bad), AROUND.day, [bad])
    texts = {name: bad for name, taken in template.takes.items() if taken.kind == "text"}
    letter = fill(template, "ru", values(template, **texts, facts=[bad]), around)
    shown = paragraphs(as_docx(letter))
    assert letter.head[0][1] == "а\nбвг"
    assert any(each.endswith("а\nбвг") for each in shown[:1])
    assert pdf(letter).startswith(b"%PDF-")


@pytest.mark.parametrize("attachments", range(1, 5))
def test_the_signature_never_stands_alone_on_its_page(attachments: int) -> None:
    template = templates()["pp25_complaint"]
    names = [f"{number}.pdf" for number in range(attachments)]
    letter = fill(template, "ru", values(template), Around(AROUND.addressee, AROUND.day, names))

    with pikepdf.open(BytesIO(pdf(letter))) as found:
        assert len(found.pages) == 2
        signs = [str(each.operator) for each in pikepdf.parse_content_stream(found.pages[1])]

    # Ten texts are the signature and the foot of the page, two more each attachment.
    assert signs.count("Tj") + signs.count("TJ") > 10 + 2 * attachments


def test_the_same_letter_gives_the_same_bytes() -> None:
    template = templates()["general_appeal"]
    letter = fill(template, "kk", values(template), AROUND)
    other = fill(template, "kk", values(template, subject="/etc/passwd"), AROUND)
    assert pdf(letter) == pdf(letter)
    assert pdf(letter) != pdf(other)


@pytest.mark.parametrize("code", sorted(templates()))
def test_each_letter_is_set_in_each_language_within_half_a_second(code: str) -> None:
    template = templates()[code]
    for language in LANGUAGES:
        letter = fill(template, language, values(template), AROUND)
        began = time.process_time()
        set_ = pdf(letter)
        took = time.process_time() - began
        with pikepdf.open(BytesIO(set_)) as found:
            assert 1 <= len(found.pages) <= 2
            assert str(found.Root.get("/Lang")) == language
        assert took < 0.5, f"{language}: {took:.3f} s"
        assert letter.title in paragraphs(as_docx(letter))


def test_the_kazakh_letters_have_glyphs_in_the_fonts_that_are_built_in() -> None:
    compiler = typst.Compiler(
        b"#let t = sys.inputs.t\n#set page(width: auto, height: auto)\n#text(t)",
        ignore_system_fonts=True,
    )
    _, warnings = compiler.compile_with_warnings(
        format="pdf", sys_inputs={"t": "әғқңөұүһіӘҒҚҢӨҰҮҺІ «»№–₸ ё"}
    )
    assert [str(each) for each in warnings] == []


@pytest.mark.parametrize(
    ("other", "place", "said"),
    [
        ({"facts": []}, "facts", "is missing: Circumstances"),
        ({"facts": "one text"}, "facts", "is a list of at most 100 texts"),
        ({"facts": ["\u200b\x00"]}, "facts", "has 1 to 4000 signs that are seen"),
        ({"subject": "x" * (LONGEST + 1)}, "subject", "has 1 to 4000 signs that are seen"),
        ({"sender_bin": "000240000017"}, "sender_bin", "its control digit does not fit"),
        ({"amount": "-1"}, "amount", "is a sum of tenge that a purchase may have"),
        ({"amount": "a lot"}, "amount", "is not an amount of money"),
        ({"signatory": ""}, "signatory", "is missing: Signed by"),
        ({"colour": "red"}, "colour", "this letter does not take it"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place_and_reason(
    other: dict[str, Any], place: str, said: str
) -> None:
    template = templates()["general_appeal"]
    with pytest.raises(ValidationFailed) as refused:
        fill(template, "ru", values(template, **other), AROUND)
    (flaw,) = refused.value.errors
    assert flaw.pointer == f"/body/values/{place}"
    assert said in flaw.message


def test_days_sums_and_gaps_are_written_as_the_language_writes_them() -> None:
    template = templates()["supplier_notice"]

    def said(language: Any) -> str:
        letter = fill(template, language, values(template, reply_by=""), AROUND)
        return "\n".join(piece.text for piece in letter.body)

    assert "ескерілген ҚҚС: 1\u00a0234\u00a0567,50\u00a0теңге. 05.03.2026 күні" in said("kk")
    assert "учтён НДС: 1\u00a0234\u00a0567,50\u00a0тенге. На 05.03.2026" in said("ru")
    assert "includes VAT: KZT\u00a01,234,567.50. The tax register" in said("en")
    assert "An explanation received by" not in said("en")  # a day that was not given
