"""Reading quality on labelled pages of our own: ``python -m bench.reading``.

=========  ============================================================================
``texts``  the stories (TOML): title, author, place, body; every sentence is the project's
``dress``  how outlets dress a story: fourteen shapes of pages, each with its labels
``score``  how near a reading is to its labels
=========  ============================================================================
"""
