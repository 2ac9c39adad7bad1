"""Letters: templates that are data, filled with what a complaint says, set as PDF and DOCX."""
