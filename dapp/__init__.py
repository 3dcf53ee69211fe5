"""Redress: complaints and disputes that nobody has to take on trust."""
