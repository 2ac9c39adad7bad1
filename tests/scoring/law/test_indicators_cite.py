"""Every article that an indicator cites is a passage of the acts, as its English words name it.

The acts lie beside the repository; of those that do not, nothing can be said here.
"""

import re
from collections.abc import Iterator

import pytest

from scoring.indicator import LegalBasis, catalogue
from shared.law.citations import cited
from tests.scoring.law.test_law_holds import FILES, LAW, passage

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not LAW.is_dir(), reason=f"the acts are not at {LAW}"),
]

BASES = [(code, basis) for code, one in catalogue().items() for basis in one.legal_basis]

NUMBER = r"\d+(?:-\d+)?"


def places(basis: LegalBasis) -> Iterator[str]:
    """Give what is cited, in the way of the law's tables: "106-VIII 16(3)28"."""
    for part in basis.source.split("; "):
        if part.split(" ")[0] in FILES:
            yield part
    words = re.sub(r"\(order no[^)]*\)|: .*|[Aa]nnex \d+", "", basis.article.en)
    for part in words.split("; "):
        if "registers" in part:
            yield from (f"646 {number}" for number in of_rules(part))
        elif "Rules" in part:
            yield from (f"687 {number}" for number in of_rules(part))
        elif "Law on Public Procurement" in part:
            yield from (f"106-VIII {number}" for number in of_law(part))


def of_rules(words: str) -> Iterator[str]:
    """Read "85-88, 193(2) and 96": what ends a range is cited as well; 271-1 is one paragraph."""
    for first, last, sub in re.findall(rf"(\d+)(?:-({NUMBER}))?(\(\d+\))?", words):
        if last and int(last.split("-")[0]) > int(first):
            yield from (first, last)
        else:
            yield first + (f"-{last}" if last else "") + sub


def of_law(words: str) -> Iterator[str]:
    """Read "Articles 6(10), 15 and 16(2)3" and "article 16, paragraph 3, subparagraph 28"."""
    for article, paragraphs, sub in re.findall(
        r"article (\d+)(?:, paragraphs? ([\d, ando]+\d|\d+))?(?:, subparagraph (\d+))?", words
    ):
        numbers = re.findall(r"\d+", paragraphs)
        yield from [f"{article}({number}){sub}" for number in numbers] or [article]
    if words.startswith("Article"):
        article = ""
        for named, paragraph, sub in re.findall(r"(\d+)?(?:\((\d+)\)(\d+)?)?", words):
            article = named if named and (paragraph or not article) else article
            if paragraph:
                yield f"{article}({paragraph}){sub}"
            elif named and article == named:
                yield named


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("Article 11(7) and (8) of the Law", ["11(7)", "11(8)"]),
        ("Article 18(2)17 of the Law", ["18(2)17"]),
        ("Article 25 of the Law", ["25"]),
        ("Law, article 10, paragraphs 4 and 5, article 16, paragraph 3, subparagraph 28",
         ["10(4)", "10(5)", "16(3)28"]),
    ],
)  # fmt: skip
def test_articles_are_read_as_people_write_them(words: str, read: list[str]) -> None:
    assert list(of_law(words)) == read


def test_paragraphs_of_rules_are_read_as_people_write_them() -> None:
    assert list(of_rules("Paragraphs 85-88, 193(2) and 271-1 of the Rules")) == [
        *("85", "88", "193(2)", "271-1"),
    ]


def test_every_article_that_an_indicator_cites_is_there() -> None:
    found = {(code, place) for code, basis in BASES for place in places(basis)}

    assert len(found) > 100
    assert [one for one in sorted(found) if passage(cited(one[1])) is None] == []


def test_every_basis_in_these_acts_was_read() -> None:
    unread = [
        (code, basis.article.en)
        for code, basis in BASES
        if not list(places(basis)) and "Entrepreneurial" not in basis.article.en
    ]

    assert unread == []
