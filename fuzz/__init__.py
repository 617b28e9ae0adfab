"""Fuzzing: every scanner, reader, document and pattern is fed with what a mutating engine (Atheris, on libFuzzer) makes
up, guided by the branches that are taken, and beside each stands a reference: orjson, ``csv``, ``float``, a naive
placement of the tests, or at least that nothing but an error of ours comes out.

    python -m fuzz                       each target for a minute, on both cores: an hour
    python -m fuzz --runs 2000 --seed 1  the short run, as .ci/run has it
    python -m fuzz json_skip csv_rows    these alone
    python -m fuzz json_skip FILE        one input again: what a run has left in fuzz/found
    python -m fuzz --sanitize            the compiled core, built with AddressSanitizer and UBSan (clang, Linux)
    python -m fuzz --keep                put what reaches new branches into the corpus

Where the core is compiled, each input is answered by it and by the interpreted one, which is what guides the engine,
and the answers are compared. With ``--sanitize`` the compiled one itself guides it, and a read or write out of bounds
ends the process; ``python -O`` leaves out the references then, for ten times as many inputs.

A target is a function of bytes in ``fuzz/targets``, with ``@target`` above it: it raises where an answer is wrong and
returns what the cores are to agree on. ``fuzz/corpus/NAME.txt`` holds the inputs that it begins with, each a literal
of Python on a line of its own; tests/test_fuzz.py runs them on each core.
"""
