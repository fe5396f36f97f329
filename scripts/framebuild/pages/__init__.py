"""The site's pages: each module is one kind, and its `pages(site)` gives them as values."""
