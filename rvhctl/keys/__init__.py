"""What a key is, and where it comes from.

fields   Which part of a record is its key: a field of a JSON object or a row, or what a pattern finds in a
         line.
hashes   Named recipes from a key to its 64 bits. The digests are those of well-kept libraries.
key      A key of jump hash on its way from a reader to a writer.
lines    How lines of a block become rows of keys (whole lines, what a pattern finds, a field of NDJSON); jobs over
         lines.
records  Records with a key each, from flags, text lines, JSON, NDJSON, CSV and TSV, and their own bytes.
stream   A stream of lines in, answers out, in order and in flat memory; on several processors where that pays.
"""
