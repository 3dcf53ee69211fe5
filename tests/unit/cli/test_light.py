"""What a command does not need it does not load: the indexer's memory is measured."""

import subprocess
import sys

_HEAVY = (
    "dapp.audit",
    "dapp.service.prepare",
    "eth_account",
    "fastapi",
    "ipfshttpclient",
    "jinja2",
    "pyarrow",
    "siwe",
    "web3",
)


def test_the_indexer_carries_none_of_the_pages_libraries() -> None:
    code = (
        "import sys, dapp.__main__, dapp.bootstrap.indexer;"
        f"print([name for name in {_HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_who_uses_a_service_elsewhere_loads_no_server() -> None:
    code = (
        "import sys, dapp.__main__, dapp.cli.remote, dapp.chain.wallet, dapp.chain.own_key;"
        "print([name for name in ('fastapi', 'jinja2', 'web3') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
