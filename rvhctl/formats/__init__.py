"""One module a format; each knows how to read it, write it, or both."""
