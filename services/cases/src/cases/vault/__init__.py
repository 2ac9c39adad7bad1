"""The vault: tips, sealed, in a schema of their own that no other role can read."""
