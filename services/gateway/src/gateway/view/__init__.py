"""The published view: what the feeds say, brought to the documents and rows that are served."""
