"""The peers, one small file each: the same work and the same answer by other means."""
