"""What users of open-contracting/cardinal-rs bring and expect: its settings file and its output."""
