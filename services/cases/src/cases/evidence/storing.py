"""Where evidence is kept: the folder, or a bucket where one is named."""

from typing import Final

from cases.evidence.files import Files
from cases.evidence.folder import Folder
from cases.laziness import later
from cases.settings import Settings

bucket: Final = later("cases.evidence.bucket", "bucket")


def files_of(settings: Settings) -> Files:
    """Return the files of evidence, as the settings say where these lie."""
    if settings.evidence_store is None:
        return Files(settings.evidence_path, Folder(settings.evidence_path))
    assert settings.evidence_access_key
    assert settings.evidence_secret_key
    store = bucket(
        settings.evidence_store,
        settings.evidence_endpoint,
        settings.evidence_region,
        settings.evidence_access_key.get_secret_value(),
        settings.evidence_secret_key.get_secret_value(),
    )
    return Files(settings.evidence_path, store)
