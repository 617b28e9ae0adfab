"""The manual: one text, for terminals, man pages and the site.

blocks   Headings, paragraphs, lists, examples and terms, also out of Markdown.
roff     A man page of them.
schemas  Where the schemas of documents are.
text     Text for a terminal.
topics   What there is to read beside the commands: Markdown files in this folder.
"""
