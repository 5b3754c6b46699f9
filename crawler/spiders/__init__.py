"""The three ways a source lists its news, each a spider: feed, sitemap, listing; ``page`` fetches single pages."""
