"""``--batch``: requests in NDJSON, one answer a line, on one process or several.

batch               Requests in NDJSON, answered one a line: bounded in flight, in input order, counted, on
                    several processors.
blocks              Blocks of requests, whole lines of NDJSON, and the answers to them.
files               Requests of a plain regular file, answered block by block, by forked processes where that
                    pays.
key_requests        A request of a batch about keys: which bucket, node or replicas, and why.
node_requests       A request of a batch about nodes: failover or faultset, plain or under a policy.
pool                A pool of worker processes that answer blocks of requests.
"""
