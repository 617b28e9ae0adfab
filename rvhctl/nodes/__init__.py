"""What is known of each node, and where it comes from.

arguments  Checks of what Python callers hand in; a wrong argument is named, with what is wanted instead.
documents  Documents of nodes: which member holds them, and what the others ask.
fields     The rules of a node: which fields it needs, what each may be, and what is said of one that is wrong.
flags      Nodes given with flags.
fleet      What is known of the nodes, as columns: the input of every policy.
given      The fields of nodes that Python callers give, as columns for the core; what is wrong is named.
measured   The latencies of nodes that may also state samples, a state and a weight.
nodes      The table of nodes that readers fill and writers read: columns for the core, records as they came
           in.
prefilter  Nodes within a latency limit, out of a large plain file of NDJSON.
probes     Nodes from what a measuring tool says, placed by an inventory.
read       Nodes from files or standard input, in any format: prefiltered, scanned, or record by record.
scan       Nodes of one text through the compiled scanner: only what is unusual becomes Python objects.
"""
