"""Reading quality on labelled pages of our own: ``python -m bench.reading``.

===========  ============================================================================
``texts``    the stories (TOML): title, author, place, body; every sentence is the project's
``dress``    a story, a page with its labels, and what all dresses are sewn of
``english``  ten shapes of English pages
``asian``    four of Urdu and Japanese ones
``shapes``   all of them, and every story in each
``score``    how near a reading is to its labels
===========  ============================================================================
"""
