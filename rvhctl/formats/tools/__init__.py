"""What other tools say, one file a tool; each is named in ``formats.choice``, in ``TOOLS`` or ``INVENTORIES``.

envoy       Envoy's clusters: an inventory.
expected    What the module of each kind of inventory takes and gives.
fping       What fping prints, in any of its ways.
haproxy     What HAProxy answers to ``show stat``.
kubernetes  Kubernetes' EndpointSlices: an inventory.
measured    What the module of each tool takes and gives.
mtr         What ``mtr -j`` prints.
prometheus  Prometheus's answer to an instant query.
"""
