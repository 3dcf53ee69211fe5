"""One dispute from the payment to the verified record, played by real wallets through the API."""
