"""JSON as bytes: where values begin and end.

skip   Where a JSON value ends, for the values that nobody reads. RFC 8259, strict.
spans  Where the parts of a JSON container stand in its text, so that they can go out as they came in.
"""
