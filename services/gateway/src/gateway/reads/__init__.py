"""Reading the published view: one module per kind of question, plain asyncpg, bytes out."""
