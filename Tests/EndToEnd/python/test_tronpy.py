"""An unmodified tronpy (0.6.2) against a devnet.

Run a devnet, then:

    python3 -m venv venv && venv/bin/pip install tronpy==0.6.2 pytest
    BUSBAR_DEVNET_URL=http://127.0.0.1:18090 venv/bin/pytest -s test_tronpy.py

The devnet is shared by the tests of this file and should belong to them alone: some turn its clock.
Without pytest, `python test_tronpy.py` runs the same tests in order.
"""

import json
import os
import time
import urllib.error
import urllib.request

from tronpy import Tron
from tronpy.exceptions import (
    AddressNotFound,
    BadKey,
    BadSignature,
    TaposError,
    TransactionError,
    TransactionNotFound,
    TvmError,
    UnknownError,
    ValidationError,
)
from tronpy.keys import PrivateKey
from tronpy.providers import HTTPProvider

URL = os.environ.get("BUSBAR_DEVNET_URL", "http://127.0.0.1:18090")
USDT = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"
MARKET = "TU2MJ5Veik1LRAgjeSzEdvmDYx7mefJZvd"
TRX = 1_000_000


def post(path, body=None):
    request = urllib.request.Request(
        URL + path, json.dumps(body or {}).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def get(path):
    with urllib.request.urlopen(URL + path, timeout=10) as answer:
        return json.load(answer)


def client():
    return Tron(HTTPProvider(URL, timeout=10))


def wallet(trx=0, usdt=0):
    """A new key; funded, and so activated, if an amount is given."""
    key = PrivateKey.random()
    address = key.public_key.to_base58check_address()
    if trx or usdt:
        post("/devnet/fund", {"address": address, "trx": trx, "usdt": usdt})
    return key, address


def send(builder, key):
    return builder.build().sign(key).broadcast()


def done(result):
    """Waits for the block."""
    return result.wait(timeout=30, interval=0.1)


def raises(kind, action):
    try:
        action()
    except kind as error:
        print(f"    {kind.__name__}: {error}")
        return error
    raise AssertionError(f"{kind.__name__} was not raised")


def check(condition, what):
    assert condition, what
    print(f"  ok: {what}")


def test_trx_transfer_and_activation():
    tron = client()
    key, sender = wallet(trx=100)
    _, recipient = wallet()
    raises(AddressNotFound, lambda: tron.get_account(recipient))
    info = done(send(tron.trx.transfer(sender, recipient, 10 * TRX), key))
    check(tron.get_account_balance(recipient) == 10, "the recipient has 10 TRX")
    check(info["fee"] == 1_100_000, "creating the account cost 1.1 TRX")
    check(int(tron.get_account_balance(sender) * TRX) == 88_900_000, "the sender has the rest")
    info = done(send(tron.trx.transfer(sender, recipient, TRX), key))
    check("fee" not in info and info["receipt"]["net_usage"] == 267, "a plain transfer takes 267 free bytes")
    check(tron.get_bandwidth(sender) == 600 - 267, "get_bandwidth reports the rest of the free bytes")
    block = tron.get_block(info["blockNumber"])
    check(any(t["txID"] == info["id"] for t in block["transactions"]), "the block lists the transaction")
    transaction = tron.get_transaction(info["id"])
    check(transaction["ret"] == [{"contractRet": "SUCCESS"}], "the transaction says SUCCESS")


def test_usdt_views():
    tron = client()
    _, holder = wallet(usdt="123.456789")
    contract = tron.get_contract(USDT)
    functions = contract.functions
    check(functions.name() == "Tether USD", "name")
    check(functions.symbol() == "USDT", "symbol")
    check(functions.decimals() == 6, "decimals")
    check(functions.balanceOf(holder) == 123_456_789, "balanceOf")
    check(functions.totalSupply() >= 123_456_789, "totalSupply")


def test_usdt_transfer_costs_what_it_costs_on_mainnet():
    tron = client()
    key, sender = wallet(trx=1000, usdt=1000)
    _, newcomer = wallet()
    contract = tron.get_contract(USDT)
    estimate = tron.get_estimated_energy(
        sender, USDT, "transfer(address,uint256)", "%064x%064x" % (int(_hex(newcomer), 16), 5)
    )
    check(estimate == 130_285, "the estimate for a new holder is 130,285")
    builder = contract.functions.transfer(newcomer, 7_000_000).with_owner(sender).fee_limit(100 * TRX)
    info = done(send(builder, key))
    receipt = info["receipt"]
    check(receipt["result"] == "SUCCESS", "the receipt says SUCCESS")
    check(receipt["energy_usage_total"] == 130_285, "a new holder takes 130,285 energy")
    check(receipt["energy_fee"] == 13_028_500, "without stake all of it is burnt at 100 sun")
    check(receipt["net_usage"] == 345, "it takes 345 bytes")
    log = info["log"][0]
    check(log["topics"][0].startswith("ddf252ad"), "it emits Transfer")
    check(int(log["data"], 16) == 7_000_000, "of the amount")
    builder = contract.functions.transfer(newcomer, 1).with_owner(sender).fee_limit(100 * TRX)
    check(done(send(builder, key))["receipt"]["energy_usage_total"] == 64_285, "a holder takes 64,285 energy")
    check(contract.functions.balanceOf(newcomer) == 7_000_001, "the tokens have arrived")
    result = send(contract.functions.transfer(newcomer, 1).with_owner(sender).fee_limit(100 * TRX), key)
    check(result.result(interval=0.1) is False, "result() gives the word the contract returns: Tether's is false")


def test_allowances():
    tron = client()
    key, owner = wallet(trx=100, usdt=50)
    spender_key, spender = wallet(trx=100)
    contract = tron.get_contract(USDT)
    done(send(contract.functions.approve(spender, 20_000_000).with_owner(owner).fee_limit(100 * TRX), key))
    check(contract.functions.allowance(owner, spender) == 20_000_000, "approve sets the allowance")
    builder = contract.functions.transferFrom(owner, spender, 5_000_000).with_owner(spender).fee_limit(100 * TRX)
    check(done(send(builder, spender_key))["receipt"]["result"] == "SUCCESS", "transferFrom succeeds")
    check(contract.functions.allowance(owner, spender) == 15_000_000, "the allowance shrinks")
    builder = contract.functions.transferFrom(owner, spender, 16_000_000).with_owner(spender).fee_limit(100 * TRX)
    info = done(send(builder, spender_key))
    check(info["receipt"]["result"] == "REVERT" and info["result"] == "FAILED", "more than the allowance reverts")


def test_a_low_fee_limit_fails_and_takes_all_energy():
    tron = client()
    key, sender = wallet(trx=1000, usdt=1000)
    _, newcomer = wallet()
    contract = tron.get_contract(USDT)
    result = send(contract.functions.transfer(newcomer, 1).with_owner(sender), key)
    info = done(result)
    check(info["receipt"]["result"] == "OUT_OF_ENERGY", "tronpy's own fee limit of 10 TRX is too low")
    check(info["receipt"]["energy_usage_total"] == 100_000, "everything up to the limit is spent")
    raises(TvmError, lambda: result.result(interval=0.1))
    check(contract.functions.balanceOf(newcomer) == 0, "nothing was moved")


def test_an_overdraft_reverts():
    tron = client()
    key, sender = wallet(trx=1000, usdt=1)
    contract = tron.get_contract(USDT)
    result = send(contract.functions.transfer(wallet()[1], 2_000_000).with_owner(sender).fee_limit(100 * TRX), key)
    raises(TvmError, lambda: result.result(interval=0.1))
    check(done(result)["receipt"]["energy_usage_total"] < 30_000, "only what ran is spent")


def test_stake_delegate_reclaim_unstake():
    tron = client()
    key, owner = wallet(trx=20_000)
    _, receiver = wallet(trx=1)
    done(send(tron.trx.freeze_balance(owner, 10_000 * TRX, "ENERGY"), key))
    resource = tron.get_account_resource(owner)
    check(abs(resource["EnergyLimit"] - 94_927) < 3, "10,000 TRX yield about 94,927 energy")
    check(tron.get_delegated_resource_v2(owner, receiver) == {}, "nothing is delegated yet")
    info = done(send(tron.trx.delegate_resource(owner, receiver, 6_000 * TRX, "ENERGY"), key))
    receipt = info["receipt"]
    check(receipt.get("net_usage", receipt.get("net_fee", 0) // 1000) == 279, "delegating takes 279 bytes here")
    check(abs(tron.get_energy(receiver) - 56_956) < 3, "the receiver has its share")
    delegated = tron.get_delegated_resource_v2(owner, receiver)["delegatedResource"]
    check(delegated[0]["frozen_balance_for_energy"] == 6_000 * TRX, "the record shows the stake")
    index = tron.get_delegated_resource_account_index_v2(owner)
    check(index["toAccounts"] == [receiver] or len(index["toAccounts"]) == 1, "the index lists the receiver")
    check(tron.get_can_delegated_max_size(owner)["max_size"] == 4_000 * TRX, "the rest may still be delegated")
    done(send(tron.trx.undelegate_resource(owner, receiver, 6_000 * TRX, "ENERGY"), key))
    check(tron.get_energy(receiver) == 0, "after the reclaim the receiver has none")
    done(send(tron.trx.unfreeze_balance(owner, "ENERGY", unfreeze_balance=10_000 * TRX), key))
    account = tron.get_account(owner)
    check(account["unfrozenV2"][0]["unfreeze_amount"] == 10_000 * TRX, "the stake is on its way out")
    raises(ValidationError, lambda: send(tron.trx.withdraw_stake_balance(owner), key))


def test_staked_energy_pays():
    tron = client()
    key, sender = wallet(trx=10, usdt=100)
    _, recipient = wallet(usdt=1)
    post("/devnet/stake", {"address": sender, "resource": "ENERGY", "trx": 7_000})
    contract = tron.get_contract(USDT)
    before = tron.get_energy(sender)
    info = done(send(contract.functions.transfer(recipient, 1).with_owner(sender), key))
    check(info["receipt"]["energy_usage"] == 64_285, "all energy comes from stake")
    check("energy_fee" not in info["receipt"], "nothing is burnt")
    check(abs(before - tron.get_energy(sender) - 64_285) < 50, "it is gone from the available energy")


def test_a_permission_of_two_keys():
    tron = client()
    key, owner = wallet(trx=1000)
    first, first_address = wallet()
    second, second_address = wallet()
    stranger, _ = wallet()
    active = {
        "type": "Active",
        "permission_name": "allocator",
        "threshold": 2,
        "operations": "0000000000000006" + "0" * 48,
        "keys": [{"address": first_address, "weight": 1}, {"address": second_address, "weight": 1}],
    }
    post("/devnet/permission", {"address": owner, "actives": [active]})
    post("/devnet/stake", {"address": owner, "resource": "ENERGY", "trx": 100})
    _, receiver = wallet(trx=1)
    builder = tron.trx.delegate_resource(owner, receiver, 50 * TRX, "ENERGY").permission_id(2)
    transaction = builder.build()
    raises(BadKey, lambda: transaction.sign(stranger))
    transaction.sign(first)
    raises(BadSignature, lambda: transaction.broadcast())
    info = done(transaction.sign(second).broadcast())
    check(info["fee"] >= 1_000_000, "two signatures cost 1 TRX")
    denied = tron.trx.transfer(owner, receiver, TRX).permission_id(2).build().sign(first).sign(second)
    raises(BadSignature, lambda: denied.broadcast())


def test_votes_and_rewards():
    tron = client()
    key, owner = wallet(trx=1000)
    done(send(tron.trx.freeze_balance(owner, 500 * TRX, "ENERGY"), key))
    witness = post("/wallet/listwitnesses", {"visible": True})["witnesses"][0]["address"]
    done(send(tron.trx.vote_witness(owner, (witness, 500)), key))
    check(tron.get_account(owner)["votes"][0]["vote_count"] == 500, "the votes are cast")
    raises(ValidationError, lambda: send(tron.trx.vote_witness(owner, (witness, 501)), key))
    post("/devnet/reward", {"address": owner, "trx": 3})
    done(send(tron.trx.withdraw_rewards(owner), key))
    check(tron.get_account_balance(owner) >= 500, "the reward is paid out")


def test_energy_is_rented_and_given_back():
    """JustLend DAO's Energy Rental, priced by its published formula from what the contract says."""
    tron = client()
    key, renter = wallet(trx=1000)
    _, receiver = wallet(trx=1)
    market = tron.get_contract(MARKET)
    call = market.functions
    stake = 7000 * TRX
    rate = max(call._rentalRate(stake, 1), call._stableRate(1))
    fee = max(call.minFee(), stake * call.feeRatio() // 10**18)
    prepay = stake * rate * (3600 + 86_400 + call.liquidateThreshold()) // 10**18 + 1 + fee
    check(call.rentPaused(1) == 0 and call.maxRentableOfType(1) > stake, "something can be rented")
    rent = market.functions.rentResource.with_transfer(prepay)(receiver, stake, 1)
    receipt = done(send(rent.with_owner(renter).fee_limit(5 * TRX), key))
    check(receipt["receipt"]["result"] == "SUCCESS", "rented")
    check(receipt["receipt"]["energy_usage_total"] == 8429, "a call takes what one on mainnet took")
    check(66_000 < tron.get_account_resource(receiver)["EnergyLimit"] < 67_000, "the energy is there")
    check(call.rentals(renter, receiver, 1)[0] == stake, "the contract knows it")
    deposit, _ = call.getRentInfo(renter, receiver, 1)
    check(prepay - 10_000 < deposit <= prepay, "seconds of rent are gone")
    short = market.functions.rentResource.with_transfer(TRX)(wallet(trx=1)[1], stake, 1)
    poor = send(short.with_owner(renter).fee_limit(5 * TRX), key)
    check(done(poor)["receipt"]["result"] == "REVERT", "too little is refused")
    before = tron.get_account(renter)["balance"]
    back = call.returnResource(receiver, stake, 1)
    receipt = done(send(back.with_owner(renter).fee_limit(5 * TRX), key))
    check(receipt["receipt"]["result"] == "SUCCESS", "given back")
    gained = tron.get_account(renter)["balance"] - before + receipt.get("fee", 0)
    check(prepay - 20_000 < gained <= prepay, "what was not used came back")
    check("EnergyLimit" not in tron.get_account_resource(receiver), "the energy is gone")


def test_errors_tronpy_knows():
    tron = client()
    key, sender = wallet(trx=100)
    other, recipient = wallet(trx=1)

    forged = tron.trx.transfer(sender, recipient, 1).build()
    forged.set_signature([other.sign_msg_hash(bytes.fromhex(forged.txid)).hex()])
    raises(BadSignature, forged.broadcast)

    astray = tron.trx.transfer(sender, recipient, 2)
    transaction = astray.build()
    transaction._raw_data["ref_block_hash"] = "0011223344556677"
    transaction.txid = tron.get_sign_weight(transaction)["transaction"]["transaction"]["txID"]
    raises(TaposError, lambda: transaction.sign(key).broadcast())

    raises(ValidationError, lambda: send(tron.trx.transfer(sender, recipient, 1000 * TRX), key))
    raises(ValidationError, lambda: send(tron.trx.transfer(sender, sender, 1), key))

    transaction = tron.trx.transfer(sender, recipient, 3).build().sign(key)
    transaction.broadcast()
    error = raises(UnknownError, transaction.broadcast)
    check("DUP_TRANSACTION_ERROR" in str(error.args), "sending the same bytes again is a duplicate")

    far = tron.trx.transfer(sender, recipient, 4).expiration(25 * 3600 * 1000)
    raises(TransactionError, lambda: send(far, key))
    raises(TransactionNotFound, lambda: tron.get_transaction("00" * 32))
    raises(TransactionNotFound, lambda: tron.get_transaction_info("00" * 32))


def test_solid_reads_come_later():
    tron = client()
    key, sender = wallet(trx=10)
    result = send(tron.trx.transfer(sender, wallet(trx=1)[1], TRX), key)
    number = done(result)["blockNumber"]
    raises(TransactionNotFound, lambda: tron.get_solid_transaction_info(result["txid"]))
    post("/devnet/mine", {"blocks": 17})
    if get("/devnet/state")["block"] < number + 18:
        raises(TransactionNotFound, lambda: tron.get_solid_transaction_info(result["txid"]))
    post("/devnet/mine", {"blocks": 1})
    check(result.wait(interval=0.1, solid=True)["blockNumber"] == number, "19 blocks confirm it")


def test_time_can_be_turned():
    """Last: tronpy takes the machine's time, which the devnet then no longer has."""
    tron = client()
    key, sender = wallet(trx=100)
    expired = tron.trx.transfer(sender, wallet(trx=1)[1], 1).build().sign(key)
    ahead = get("/devnet/time")["offset_ms"]
    post("/devnet/time", {"advance_ms": 120_000})
    check(get("/devnet/time")["offset_ms"] == ahead + 120_000, "the offset is what was asked for")
    raises(TransactionError, expired.broadcast)
    offset = get("/devnet/time")["offset_ms"]
    builder = tron.trx.transfer(sender, wallet(trx=1)[1], 1).expiration(offset + 60_000)
    check(done(send(builder, key))["blockTimeStamp"] > time.time() * 1000 + 100_000, "blocks carry the new time")
    check(get("/devnet/state")["violations"] == [], "nothing was made or lost on the way")


def _hex(address):
    from tronpy.keys import to_hex_address

    return to_hex_address(address)[2:]


if __name__ == "__main__":
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            print(name)
            test()
    print("all passed")
