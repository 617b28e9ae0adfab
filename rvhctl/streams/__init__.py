"""Sources, sinks, lines and terminals.

color         Whether what is drawn for people has colours.
decompress    Compressed input: what it begins with, and what is in it as it comes.
lines         A stream cut at line ends, answered as it comes.
regular_file  A plain regular file under an open stream, which can be read at any place without moving the
              stream.
sink          Standard output: what is written arrives, or an error says so.
source        Where input comes from: files and standard input, plain or compressed, and which format each is
              in.
staging       Files that all get their names, or none of them does, whatever signal or error comes meanwhile.
visible       Text from outside, safe for a terminal: control characters and those that turn the writing
              round are escaped.
"""
