"""Which bucket or node owns a key.

buckets      The buckets of a placement: how many, which node stands in each, what each weighs, who is down.
count        How even keys lie, what would move, and why a key is where it is: for people, and as JSON objects.
evenness     How evenly keys are spread over the live nodes, and what a change of the nodes would move.
explain      How a key comes to its nodes, probe by probe.
flags        What flags say of nodes: names, documents of nodes, who is down, weights, buckets to select.
job          One job over lines of keys whose owners are asked for: what goes out for each line is the
             caller's choice.
jump         Which bucket owns a key: jump consistent hashing over a fixed hash of the key.
             request.
             nodes.
place        Where each key or record belongs, in every format; records go out with their own bytes.
placement    Which node owns a key, when nodes have names, fail, weigh differently, and keep replicas.
request      From what is stated of nodes, by flags or in a request, to placements.
select       Only the records of some buckets, as they came; or a file for each bucket.
split_files  A file for each bucket that has records: written under temporary names, renamed when all is well.
"""
