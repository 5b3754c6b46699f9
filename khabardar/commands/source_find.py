"""``khabardar source find``."""


def find() -> None:
    """Find a site's feeds and sitemaps, and print the TOML to paste."""
