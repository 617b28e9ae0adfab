"""Sources of keys, answered.

answer  The records of one source, as straight from their bytes as their format allows.
"""
