"""The public procurement portal of Kazakhstan, goszakup.gov.kz, as its open data give it."""
