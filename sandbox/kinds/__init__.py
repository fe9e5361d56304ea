"""The kinds of request that spreadsheets.batchUpdate carries out, a module for each family.

A handler is a function from a book, what is asked, and a source of ids, to the book afterwards and the reply.
"""
