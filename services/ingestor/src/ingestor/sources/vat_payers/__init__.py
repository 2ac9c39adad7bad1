"""The register of VAT payers of the tax authority."""
