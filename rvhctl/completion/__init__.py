"""What a shell offers on TAB: its script asks the program, which answers from the line and from the files on it.

answer    From the words of a line to lines that the scripts read.
fitting   What fits at the cursor: commands, options, choices, files, nodes.
known     The nodes that a line gives, if that is quickly read.
line      A line of bash, cut into words.
scripts   The scripts, one for each shell.
"""
