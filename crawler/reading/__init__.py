"""Bytes in, values out: feeds, sitemaps, listings and article pages become frozen readings. No I/O in here.

==============  =====================================================================
``feed``        ``read_feed``: RSS 0.9-2.0, RDF, Atom and JSON Feed
``sitemap``     ``read_sitemap``: sitemaps, sitemap indexes, the ``news:`` tags
``listing``     ``read_listing``: the links of an HTML page that lists articles
``page``        ``read_page``: one article page; ``read_text``: the text a feed carried
``trust``       which of several witnesses is believed, per field: one table
``dates``       ``parse_date``: what people and machines write for a date
``dateline``    "ISLAMABAD, (Agency - 15th Aug, 2025)": place, credit, date, rest
``byline``      "Some Name Published August 15, 2025 | 06:00 PM": author, date
==============  =====================================================================
"""
