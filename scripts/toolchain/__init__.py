"""Finds, builds and starts the programs Redress is made with: solc, anvil, PostgreSQL, Kubo.

The modules use the standard library alone, so that both environments (the service's and
brownie's) and a bare Python can run them.
"""
