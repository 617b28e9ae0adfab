"""One file a format, and what they share.

choice        Which formats there are, which one a text is in, and which one an answer goes out in.
csv           CSV and TSV with a header: rows in, the rows that survive out.
fping         What ``fping -C N -q`` says on standard error: a target a line, a round trip or ``-`` a probe.
json          JSON documents: an array of records or keys, or an object that holds them.
jsontext      JSON text to Python values by orjson, with errors that name the place.
members       The members that documents, requests and flags state: which there are, and which of them wins.
milliseconds  Milliseconds: the rule of a threshold, and numbers for people.
ndjson        NDJSON: one JSON value a line.
plain         Plain text: keys in, one a line; ids or bucket numbers out, one a line.
prometheus    The answer of Prometheus to an instant query: seconds as strings, and whether each probe
              succeeded.
rows          Rows of named values in every format: as they come, or, as JSON or a table, when they are
              complete.
shapes        What every format reads and writes: records, and views of rows.
table         Tables for people, by rich: nothing in the data is read as markup, no cell is cut, no line is
              too wide.
wording       Counts in a sentence.
write         The writers of records and of a view, in any format.
"""
