"""Which node has which slot, whatever order the nodes come in.

slots       ``Slots``: names in slots, and how nodes are put into them.
slots_file  The file of slots, read and written under a lock.
"""
