"""What is judged of the invented purchase, as the feeds of scoring and sources would bring it."""

from typing import Any, Final

from gateway.api.example_release import MOMENT, OCID, PROCESS, SOURCE

METHOD: Final = "kz-1"

SCORE: Final[dict[str, Any]] = {
    "subject": {"type": "process", "id": PROCESS, "source": SOURCE, "ocid": OCID},
    "score": {"lower": 20.0, "expected": 21.5, "upper": 35.0},
    "points": {"lower": 20.0, "expected": 21.5, "upper": 35.0},
    "coverage": 0.8,
    "band": "low",
    "provisional": False,
    "awaiting": 0,
    "value": {"amount": "4990000", "currency": "KZT"},
    "indicators": [
        {
            "code": "R018",
            "status": "flagged",
            "kind": "signal",
            "family": "competition",
            "value": 1.0,
            "threshold": 1.0,
            "strength": 1.0,
            "points": 20.0,
            "discount": 1.0,
            "counted": 20.0,
            "expected_points": None,
            "evidence": [{"path": "/tender/numberOfTenderers", "value": 1, "process": None}],
            "missing": [],
            "context": None,
        },
        {
            "code": "R024",
            "status": "not_computable",
            "kind": "signal",
            "family": "price",
            "value": None,
            "threshold": None,
            "strength": None,
            "points": 15.0,
            "discount": 0.0,
            "counted": 0.0,
            "expected_points": 1.5,
            "evidence": [],
            "missing": ["bids.details.value"],
            "context": None,
        },
    ],
    "method_version": METHOD,
    "profile": "kz",
    "data_date": MOMENT,
    "data_seq": 4711,
    "computed_at": "2026-03-02T06:05:01Z",
    "cause": "data",
}

ALERT: Final[dict[str, Any]] = {
    "id": "alr_example0001",
    "subject": SCORE["subject"],
    "process": PROCESS,
    "indicators": ["R018"],
    "band": "high",
    "previous_band": "low",
    "score": 52.5,
    "raised_at": "2026-03-02T06:05:01Z",
    "data_date": MOMENT,
    "data_seq": 4711,
    "method_version": METHOD,
    "windows": [],
    "windows_reason": "The term to complain about this tender has ended.",
    "value": {"amount": "4990000", "currency": "KZT"},
}


def _words(kk: str, ru: str, en: str) -> dict[str, str]:
    return {"kk": kk, "ru": ru, "en": en}


INDICATOR: Final[dict[str, Any]] = {
    "code": "R018",
    "version": "1",
    "title": _words("Жалғыз өтінім", "Единственная заявка", "A single bid"),
    "meaning": _words(
        "Ашық тәсілге бір ғана өтінім берілді.",
        "На открытый способ подана одна заявка.",
        "An open procedure drew one bid.",
    ),
    "why_it_matters": _words(
        "Бәсекесіз баға әдетте жоғары болады.",
        "Без соперников цена обычно выше.",
        "Without rivals the price is usually higher.",
    ),
    "innocent_explanations": _words(
        "Нарықта бір ғана өндіруші бар.",
        "На рынке один производитель.",
        "The market has one maker.",
    ),
    "how_to_check": _words(
        "Өткен жылғы өтінімдермен салыстырыңыз.",
        "Сравните с заявками прошлого года.",
        "Compare with last year's bids.",
    ),
    "what_would_clear_it": _words(
        "Жарияланбаған екінші өтінім.",
        "Вторая заявка, не опубликованная ранее.",
        "A second bid that was not published.",
    ),
    "subject": "process",
    "kind": "signal",
    "stage": "tender",
    "family": "competition",
    "severity": "medium",
    "points": 20.0,
    "parameters": [
        {
            "name": "fewest",
            "unit": _words("өтінім", "заявок", "bids"),
            "default": 1,
            "origin": "Open Contracting Partnership",
        }
    ],
    "legal_basis": [],
    "cross_references": {"OCP": "R018"},
    "fields": ["tender.numberOfTenderers"],
    "life": "tested",
    "measured": {
        "seed": 1,
        "size": 3000,
        "missing": 0.0,
        "version": "1",
        "labels": 12,
        "recall": 1.0,
        "flags": 14,
        "precision": 0.923,
        "hit_rate": 0.004,
        "look_alikes": ["sole maker"],
    },
    "publication": "partner",
    "in_practice": {
        "handled": 14,
        "dismissed": {"data_error": 2, "duplicate": 4},
        "unfounded": 1,
        "refuted": 0,
        "confirmed": 7,
        "decided": 10,
        "insufficient": False,
        "precision": 0.7,
        "interval": {"lower": 0.3968, "upper": 0.8922},
        "as_of": "2026-03-02",
    },
}

BLIND_SPOT: Final[dict[str, Any]] = {
    "code": "EXAMPLE-SECRET",
    "extent": "never",
    "text": _words(
        "Құпия сатып алулар көрінбейді.",
        "Не видны секретные закупки.",
        "Secret purchases cannot be seen.",
    ),
    "reason": _words(
        "Заң оларды жариялауға тыйым салады.",
        "Закон запрещает их публиковать.",
        "The law forbids to publish them.",
    ),
    "article": _words("Заңның 1-бабы", "Статья 1 закона", "Article 1 of the law"),
    "valid_from": "2025-01-01",
    "valid_to": None,
}

SOURCE_DOCUMENT: Final[dict[str, Any]] = {
    "id": SOURCE,
    "title": "An invented publisher",
    "publisher": "Invented for the documentation",
    "licence": "https://creativecommons.org/licenses/by/4.0/",
    "attribution": "Invented for the documentation",
    "url": None,
    "kind": "file",
    "last_run": {
        "id": "run_example",
        "status": "complete",
        "started_at": "2026-03-02T06:04:50Z",
        "finished_at": "2026-03-02T06:05:00Z",
        "expected": 1,
        "received": 1,
        "accepted": 1,
        "unchanged": 0,
        "quarantined": 0,
    },
    "processes": 1,
    "newest_release": MOMENT,
    "lacks": [
        {
            "field": "losing bids",
            "paths": ["bids.details"],
            "because": _words(
                "Бұл жариялаушы жеңілген өтінімдерді бермейді.",
                "Этот издатель не отдаёт проигравшие заявки.",
                "This publisher does not give losing bids.",
            ),
        }
    ],
    "blind_spots": [BLIND_SPOT],
}
