"""Tests of Redress: unit/ mirrors the tree, integration/ and e2e/ run the real parts."""
