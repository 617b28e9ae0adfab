"""How much traffic there is, what carries it, and what breaks if one fails.

capacity  What each group is asked, and what its fit nodes carry, in whole numbers.
demand    The demand of each group, from a file.
drill     What breaks if any one fails.
replan    A plan under a failure.
routing   Where traffic may go, by which shares, and how much there is.
sharing   Shares of traffic that respect what each group carries.
spill     Excess brought to where there is room, nearest pairs first.
variants  Groups judged again without one of their nodes.
"""
