"""What the words mean and what the rules are: pure functions over frozen records.

Time, the chain's head and keccak arrive as arguments; imports are the standard library's alone.
"""
