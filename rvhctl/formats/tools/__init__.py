"""What measuring tools say, one file a tool; each is named in ``formats.choice.TOOLS``.

fping       What fping prints, in any of its ways.
haproxy     What HAProxy answers to ``show stat``.
measured    What the module of each tool takes and gives.
mtr         What ``mtr -j`` prints.
prometheus  Prometheus's answer to an instant query.
"""
