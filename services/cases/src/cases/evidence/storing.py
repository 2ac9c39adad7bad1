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
    return Files(settings.evidence_path, bucket(*words_of(settings)))


def words_of(settings: Settings) -> tuple[str, str | None, str, str, str]:
    """Return what a bucket is opened with."""
    assert settings.evidence_store
    assert settings.evidence_access_key
    assert settings.evidence_secret_key
    return (
        settings.evidence_store,
        settings.evidence_endpoint,
        settings.evidence_region,
        settings.evidence_access_key.get_secret_value(),
        settings.evidence_secret_key.get_secret_value(),
    )
