"""Sources, sinks, lines and terminals.

decompress  Compressed input: what it begins with, and what is in it as it comes.
lines       Text cut at line ends: a stream as it comes, and a regular file at any place.
lookalike   What people give by mistake: what an input looks like that is no format of ours, and the way out.
sink        Standard output: what is written arrives, or an error says so.
source      Where input comes from: files and standard input, plain or compressed.
staging     Files that all get their names, or none of them does, whatever signal or error comes meanwhile.
terminal    What a terminal shows: whether in colours, and text from outside made safe for it.
"""
