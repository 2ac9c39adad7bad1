"""Making a case public, and what its named parties reply."""
