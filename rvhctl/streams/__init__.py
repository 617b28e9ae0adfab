"""Sources, sinks, lines and terminals.

compress     Compressed output.
decompress  Compressed input: gzip, zstd, xz, bzip2.
folding     Texts and lists on lines of a terminal.
lines       Streams and regular files, cut at line ends.
lookalike   What is given by mistake, and the way out.
painting    JSON on a terminal.
progress    What a run is at, on one line of a terminal.
sink        Standard output.
source      Files and standard input.
staging     Files written all or none.
state_file  A file that one run hands to the next, locked and written whole.
terminal    Colours, and text made safe for a terminal.
"""
