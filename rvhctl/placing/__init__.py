"""``jump-hash`` beyond a number of buckets: what is asked, the records it is asked about, what is done."""
