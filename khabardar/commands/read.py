"""``khabardar read``."""


def read() -> None:
    """Read one article page and print the item it sees."""
