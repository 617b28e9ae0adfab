"""What measuring tools say, one file a tool; each is named in ``formats.choice.TOOLS``.

fping       What ``fping -C N -q`` prints.
measured    What the module of each tool takes and gives.
prometheus  Prometheus's answer to an instant query.
"""
