"""What ought to exist, and what was measured of it.

given     Nodes and inventories that callers give as objects.
join      Measured nodes and those of an inventory as one fleet.
matching  Which measurement is whose: by id, or by host.
merging   One record of what an inventory and a measurement say of a node.
read      Inventories from files.
"""
