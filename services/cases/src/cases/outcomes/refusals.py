"""What is refused of outcomes beside what every service refuses."""

from shared.errors import Problem
from shared.vocabulary.text import Text


class CountedAlready(Problem):
    """The organisation has an outcome of this kind under this key."""

    status = 409
    code = "counted_already"
    title = Text(
        kk="Бұл нәтиже есептелген",
        ru="Этот результат уже учтён",
        en="This outcome is counted already",
    )
    example = "An outcome of this kind has this key: name the number of the order or protocol."
