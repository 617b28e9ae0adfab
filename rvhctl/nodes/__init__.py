"""What is known of each node, and where it comes from; a new field begins in ``fields``.

arguments  Arguments of Python callers, checked.
columns    Columns from Python callers, of NumPy, Arrow and the like.
documents  Documents and requests: the members that they may have, and the nodes that they hold.
fields     The fields of a node and their rules.
flags      Nodes from flags.
fleet      Nodes as columns: what a policy decides over.
given      Nodes from Python callers.
inventory  What ought to exist, and what was measured of it.
nodes      A fleet with the records it came from.
prefilter  Nodes of a large input within a limit, on all processors.
probes     Nodes from a measuring tool; a new tool is a format.
read       Nodes from files, in any format.
scan       Nodes from a text, by the compiled scanner.
tables     Nodes out of tables of Arrow, by their columns.
"""
