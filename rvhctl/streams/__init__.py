"""Sources, sinks, lines and terminals.

decompress  Compressed input: what it begins with, and what is in it as it comes.
lines       Text cut at line ends: a stream as it comes, and a regular file at any place.
sink        Standard output: what is written arrives, or an error says so.
source      Where input comes from: files and standard input, plain or compressed, and which format each is in.
staging     Files that all get their names, or none of them does, whatever signal or error comes meanwhile.
terminal    What a terminal shows: whether in colours, and text from outside made safe for it.
"""
