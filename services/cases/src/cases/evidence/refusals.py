"""What cases refuses of files."""

from shared.errors import Problem
from shared.vocabulary.text import Text


class FileRefused(Problem):
    """A file that is not taken, whatever it is called; the answer says why."""

    status = 422
    code = "file_refused"
    title = Text(kk="Файл қабылданбайды", ru="Файл не принимается", en="The file is not accepted")
    example = "It is a picture and an archive at once."


class FileInfected(Problem):
    """The scanner found something in the file."""

    status = 422
    code = "file_infected"
    title = Text(
        kk="Файлдан зиянды код табылды",
        ru="В файле найден вредоносный код",
        en="Harmful code was found in the file",
    )
    example = "The scanner names it Eicar-Test-Signature."
