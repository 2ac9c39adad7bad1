"""Purchases of Samruk-Kazyna's companies, as far as the public search of zakup.sk.kz shows them."""
