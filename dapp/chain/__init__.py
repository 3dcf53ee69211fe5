"""The node and the contracts' encodings: the only place that knows web3 and its libraries."""
