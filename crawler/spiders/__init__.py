"""The four ways a source lists its news, each a spider: feed, sitemap, listing, api; ``page`` fetches single pages."""
