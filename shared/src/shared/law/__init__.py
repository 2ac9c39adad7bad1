"""Law as data with dates: what a rule of the law was worth on a day, and which article says so.

`entries` has the types and the look-up, `reading` reads the files strictly, `citations` names
places in acts, `calendar` counts working days. Which rules there are is the services' matter.
"""

from shared.law.citations import Act, Citation, acts
from shared.law.entries import Entry, Period, Table, UnknownLawError
from shared.law.reading import LawFileError, read

__all__ = [
    "Act",
    "Citation",
    "Entry",
    "LawFileError",
    "Period",
    "Table",
    "UnknownLawError",
    "acts",
    "read",
]
