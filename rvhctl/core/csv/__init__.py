"""CSV as bytes.

cells         Where cells and rows end.
"""
