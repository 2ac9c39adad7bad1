"""What every test may ask for: databases and a queue that are real, fresh and its own."""

pytest_plugins = [
    "tests.support.clients",
    "tests.support.distribution",
    "tests.support.figures",
    "tests.support.garbage",
    "tests.support.harness",
    "tests.support.postgres",
    "tests.support.valkey",
]
