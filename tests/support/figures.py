"""What tests measured, printed at the end of the run, whichever process they ran in.

A test records a figure with pytest's own `record_property("figure", "...")`.
"""

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures of all tests that ran."""
    reports = [
        report
        for group in ("passed", "failed")
        for report in terminalreporter.stats.get(group, [])
        if report.when == "call"
    ]
    figures = [
        value
        for report in reports
        for name, value in report.user_properties
        if name.startswith("figure")
    ]
    if figures:
        terminalreporter.section("figures")
    for figure in figures:
        terminalreporter.write_line(str(figure))
