"""The worker shows what a backup and a certificate tell, and nothing where there is neither."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gateway.told_by_files import Files

ENDS = datetime(2027, 1, 5, tzinfo=UTC)


def certificate() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "qadaga.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(ENDS - timedelta(days=90))
        .not_valid_after(ENDS)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


def shown(files: Files) -> dict[str, float]:
    return {sample.name: sample.value for family in files.collect() for sample in family.samples}


def test_what_files_tell_is_shown_and_what_is_not_there_is_missing(tmp_path: Path) -> None:
    files = Files()
    unset = shown(files)
    files.backup_report, files.certificate = tmp_path / "backup.prom", tmp_path / "front.pem"
    away = shown(files)
    files.certificate.write_bytes(certificate())
    files.backup_report.write_text(
        "# TYPE backup_last_success_timestamp_seconds gauge\n"
        "backup_last_success_timestamp_seconds 1780000000\n"
        'backup_of{partner="Canary"} 1\nup 0\n'
    )

    assert unset == away == {}
    assert shown(files) == {
        "backup_last_success_timestamp_seconds": 1780000000,
        "certificate_not_after_timestamp_seconds": ENDS.timestamp(),
    }
