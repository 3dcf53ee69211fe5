"""The servers that other tests stand on do what their fixtures say."""

import os
import subprocess
from pathlib import Path

import psycopg

from scripts.toolchain import anvil as anvil_tool
from scripts.toolchain import artifacts
from scripts.toolchain import deployment as deployment_tool
from scripts.toolchain import kubo as kubo_tool
from scripts.toolchain.anvil import Anvil
from scripts.toolchain.deployment import Deployment
from scripts.toolchain.kubo import Kubo
from scripts.toolchain.postgres import Postgres
from tests.patience import PATIENCE_SECONDS


def test_anvil_is_the_chain_the_project_expects(anvil: Anvil) -> None:
    assert int(anvil.rpc("eth_chainId"), 16) == anvil_tool.CHAIN_ID


def test_the_chain_clock_moves_by_what_is_asked(fresh_anvil: Anvil) -> None:
    before = fresh_anvil.now()
    after = fresh_anvil.increase_time(49 * 3600)
    # `before` is when the chain was begun.
    assert 49 * 3600 <= after - before <= 49 * 3600 + PATIENCE_SECONDS


def test_mine_adds_blocks(fresh_anvil: Anvil) -> None:
    fresh_anvil.mine(7)
    assert int(fresh_anvil.rpc("eth_blockNumber"), 16) == 7


def test_revert_brings_the_chain_back(fresh_anvil: Anvil) -> None:
    remembered = fresh_anvil.snapshot()
    fresh_anvil.mine(3)
    fresh_anvil.revert(remembered)
    assert int(fresh_anvil.rpc("eth_blockNumber"), 16) == 0


def test_contracts_above_the_size_limit_are_refused(fresh_anvil: Anvil) -> None:
    sender = fresh_anvil.rpc("eth_accounts")[0]
    # Init code that returns 24 577 zero bytes: one more than EIP-170 allows.
    create = {"from": sender, "data": "0x6160015ff3", "gas": hex(10_000_000)}
    transaction = fresh_anvil.rpc("eth_sendTransaction", create)
    assert fresh_anvil.receipt(transaction)["status"] == "0x0"


def test_each_test_has_an_empty_database(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        tables = connection.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchone()
        version = connection.info.server_version
    assert tables == (0,)
    assert version >= 180000


def test_only_this_account_enters_the_database_folder(postgres: Postgres) -> None:
    assert postgres.sockets.stat().st_mode & 0o077 == 0


def test_kubo_keeps_a_block_and_talks_to_nobody(kubo: Kubo, tmp_path: Path) -> None:
    program, block = kubo_tool.find(), tmp_path / "block"
    block.write_bytes(os.urandom(100))
    address = [str(program), "--api", f"/ip4/127.0.0.1/tcp/{kubo.api_port}"]

    def ipfs(*words: str) -> bytes:
        return subprocess.run([*address, *words], capture_output=True, check=True).stdout

    cid = ipfs("block", "put", "--cid-codec=raw", str(block)).decode().strip()
    assert ipfs("block", "get", cid) == block.read_bytes()
    assert ipfs("config", "Bootstrap").decode().strip() in ("[]", "null")


def test_chromium_is_a_program(chromium_path: Path) -> None:
    said = subprocess.run([chromium_path, "--version"], capture_output=True, text=True, check=True)
    assert "Chrom" in said.stdout


def test_each_contract_is_where_the_deployment_says(
    fresh_anvil: Anvil, fresh_deployment: Deployment
) -> None:
    for address in fresh_deployment.addresses.values():
        assert len(fresh_anvil.rpc("eth_getCode", address, "latest")) > 2
    assert fresh_deployment.chain_id == anvil_tool.CHAIN_ID
    assert fresh_deployment.source_hash == artifacts.committed_digest()


def test_a_chain_that_has_the_contracts_is_left_as_it_is(
    fresh_anvil: Anvil, fresh_deployment: Deployment
) -> None:
    before = fresh_anvil.rpc("eth_blockNumber")
    again = deployment_tool.deploy(fresh_anvil.url, fresh_deployment.folder)
    assert again == fresh_deployment
    assert fresh_anvil.rpc("eth_blockNumber") == before
