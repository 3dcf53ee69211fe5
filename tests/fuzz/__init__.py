"""Any bytes at all for the decoders of `evidence`: a little in every test run, and for long.

`make fuzz-evidence SECONDS=600` goes on until it finds something or the time is over.
"""
