"""Sole traders, heads and phones at the portal: sealed, or not asked for, or a keyed mark."""

import json

from tests.ingestor.goszakup_pull.house import filled, last_run
from tests.ingestor.goszakup_pull.purchases import contract, fill
from tests.ingestor.goszakup_pull.standin import Row, Standin
from tests.ingestor.office import Office
from tests.ingestor.test_privacy import everything, iin

NAME, PHONE, ACCOUNT = "Ахметов Серик Болатович", "+7 701 555 77 99", "KZ86125KZT5004100100"


async def test_no_table_and_no_feed_names_a_natural_person_of_the_portal(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(3))
    person: Row = {"supplierBiin": iin(), "supplierId": 77}
    standin.put("Contract", contract(1, **person, supplierFio=NAME, supplierIik=ACCOUNT))
    for bid in standin.tables["TrdApp"].values():
        bid |= {"supplierBinIin": iin(), "supplierId": 77, "crFio": NAME}
        bid["Supplier"] = {"bin": "", "iin": iin(), "nameRu": f"ИП {NAME}", "typeSupplier": 3}
    standin.put(
        "Subjects",
        {
            "pid": 77,
            "iin": iin(),
            "nameRu": f"ИП {NAME}",
            "phone": PHONE,
            "typeSupplier": 3,
            "Employees": [{"iin": iin(), "fio": NAME, "roleName": "Руководитель"}],
        },
    )

    await filled(office, standin)

    assert (await last_run(office)).status == "complete"
    async with office.database.connection() as connection:
        own = await everything(connection, "ingestor")
    async with office.vault.connection() as connection:
        vault = await everything(connection, "ingestor_raw")
    for secret in (iin(), "Ахметов", "555 77 99", ACCOUNT):
        for written in (secret.encode(), json.dumps(secret).strip('"').encode()):
            assert written not in own
            assert written not in vault
    assert b"prs_" in own


async def test_personal_data_that_nothing_needs_is_not_even_asked_for(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(3))
    await filled(office, standin)

    queries = {call.root: call.json["query"] for call in standin.calls if call.body}
    asked = {word for text in queries.values() for word in text.replace("{", " ").split()}
    unwanted = {"fio", "crFio", "modFio", "supplierFio", "customerFio", "supplierIik", "signFio"}
    unwanted |= {"supplierPhone", "customerPhone", "supplierLegalAddress", "Commission", "Members"}
    assert not asked & unwanted
