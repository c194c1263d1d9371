"""The playground: a page to write a search on and to see what it does."""
