"""The node API of a devnet, read by hand: the paths TronWeb 6.3 uses, transactions serialised here, and faults.

Needs a devnet and tronpy (only its keys): see test_tronpy.py.

    BUSBAR_DEVNET_URL=http://127.0.0.1:18090 venv/bin/pytest -s test_node_api.py
"""

import concurrent.futures
import hashlib
import http.client
import json
import time
import urllib.error

from test_tronpy import TRX, URL, USDT, check, get, post, raises, wallet
from tronpy.keys import to_hex_address


def varint(number):
    out = b""
    while number >= 128:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def number(field, value):
    return varint(field << 3) + varint(value) if value else b""


def data(field, value):
    return varint(field << 3 | 2) + varint(len(value)) + value if value else b""


def raw_data(kind, name, value, fee_limit=0, expires=60_000):
    """raw_data in protobuf, referring to the head block as TronWeb does."""
    block = post("/wallet/getblock", {"detail": False})
    head = block["block_header"]["raw_data"]
    reference = bytes.fromhex(format(head.get("number", 0), "016x")[-4:])
    parameter = data(1, f"type.googleapis.com/protocol.{name}".encode()) + data(2, value)
    return (
        data(1, reference)
        + data(4, bytes.fromhex(block["blockID"][16:32]))
        + number(8, head["timestamp"] + expires)
        + data(11, number(1, kind) + data(2, parameter))
        + number(14, head["timestamp"])
        + number(18, fee_limit)
    )


def signed(raw, key):
    digest = hashlib.sha256(raw).digest()
    return digest.hex(), data(1, raw) + data(2, bytes.fromhex(key.sign_msg_hash(digest).hex()))


def address(text):
    return bytes.fromhex(to_hex_address(text))


def receipt(txid, timeout=15):
    end = time.time() + timeout
    while time.time() < end:
        info = post("/wallet/gettransactioninfobyid", {"value": txid})
        if info:
            return info
        time.sleep(0.1)
    raise AssertionError(f"{txid} is in no block")


def test_own_serialiser_by_broadcasthex():
    key, sender = wallet(trx=1000)
    _, recipient = wallet(trx=1)
    value = data(1, address(sender)) + data(2, address(recipient)) + number(3, TRX)
    txid, transaction = signed(raw_data(1, "TransferContract", value), key)
    answer = post("/wallet/broadcasthex", {"transaction": transaction.hex()})
    check(answer["result"] is True and answer["code"] == "SUCCESS", "broadcasthex accepts it")
    check(answer["txid"] == txid, "the id is the SHA-256 of raw_data")
    info = receipt(txid)
    check(info["receipt"] == {"net_usage": 267}, "the receipt of a system contract has only net fields")
    again = post("/wallet/broadcasthex", {"transaction": transaction.hex()})
    check(again["code"] == "DUP_TRANSACTION_ERROR" and not again["result"], "the same bytes again are a duplicate")
    shown = post("/wallet/gettransactionbyid", {"value": txid})
    check(shown["txID"] == txid, "gettransactionbyid shows the same id")
    check(hashlib.sha256(bytes.fromhex(shown["raw_data_hex"])).hexdigest() == txid, "raw_data_hex hashes to it")


def test_bytes_are_kept_as_they_were_signed():
    key, sender = wallet(trx=10)
    value = data(1, address(sender)) + data(2, address(wallet(trx=1)[1])) + number(3, TRX)
    # A field this node has no use for (`scripts`), out of order: the id is of these bytes.
    raw = data(12, b"note") + raw_data(1, "TransferContract", value)
    txid, transaction = signed(raw, key)
    check(post("/wallet/broadcasthex", {"transaction": transaction.hex()})["txid"] == txid, "it is accepted")
    receipt(txid)
    shown = post("/wallet/gettransactionbyid", {"value": txid})
    check(shown["raw_data_hex"] == raw.hex(), "raw_data_hex is what was signed")


def test_json_broadcast_serialises_anew():
    key, owner = wallet(trx=1000)
    _, receiver = wallet(trx=1)
    post("/devnet/stake", {"address": owner, "resource": "ENERGY", "trx": 100})
    body = {"owner_address": owner, "receiver_address": receiver, "balance": 100 * TRX, "resource": "ENERGY"}
    built = post("/wallet/delegateresource", body | {"visible": True})
    raw = bytes.fromhex(built["raw_data_hex"])
    check(hashlib.sha256(raw).hexdigest() == built["txID"], "a builder's raw_data_hex hashes to its txID")
    txid, transaction = signed(raw, key)
    check(len(transaction) + 64 == 278, "delegating 100 TRX takes 278 bytes")
    signature = transaction[-65:].hex()
    answer = post(
        "/wallet/broadcasttransaction",
        {"raw_data": built["raw_data"], "signature": [signature], "visible": True, "raw_data_hex": "00", "txID": "x"},
    )
    check(answer == {"result": True, "txid": txid}, "raw_data alone counts")
    check(receipt(txid)["id"] == txid, "it lands")
    resource = post("/wallet/getaccountresource", {"address": receiver, "visible": True})
    check(949 <= resource["EnergyLimit"] <= 950, "the energy has arrived")
    answer = post("/wallet/broadcasttransaction", {"raw_data": built["raw_data"], "signature": ["00"], "visible": True})
    check(answer["code"] == "SIGERROR" and "Signature size" in answer["message"], "a short signature is refused")


def test_the_worst_case_of_a_rental():
    """Energy of two rentals on one wallet; the first is reclaimed after a transfer."""
    key, hot = wallet(trx=100, usdt=100)
    _, holder = wallet(usdt=1)
    owners = [wallet(trx=100) for _ in range(2)]
    totals = post("/wallet/getaccountresource", {"address": hot, "visible": True})
    stake = -(-65_000 * TRX * totals["TotalEnergyWeight"] // totals["TotalEnergyLimit"])

    def run(kind, name, value, key, **more):
        txid, transaction = signed(raw_data(kind, name, value, **more), key)
        answer = post("/wallet/broadcasthex", {"transaction": transaction.hex()})
        assert answer["result"], answer
        return receipt(txid)

    for owner_key, owner in owners:
        post("/devnet/stake", {"address": owner, "resource": "ENERGY", "trx": 10_000})
        value = data(1, address(owner)) + number(2, 1) + number(3, stake) + data(4, address(hot))
        run(57, "DelegateResourceContract", value, owner_key)
    call = bytes.fromhex("a9059cbb") + bytes(12) + address(holder)[1:] + (5).to_bytes(32, "big")
    value = data(1, address(hot)) + data(2, address(USDT)) + data(4, call)
    info = run(31, "TriggerSmartContract", value, key, fee_limit=100 * TRX)
    check(info["receipt"]["energy_usage"] == 64_285 and "energy_fee" not in info["receipt"], "rented energy pays")
    value = data(1, address(owners[0][1])) + number(2, 1) + number(3, stake) + data(4, address(hot))
    run(58, "UnDelegateResourceContract", value, owners[0][0])
    resource = post("/wallet/getaccountresource", {"address": hot, "visible": True})
    usable = resource["EnergyLimit"] - resource["EnergyUsed"]
    check(32_850 <= usable <= 33_000, f"of the second 65,000 only {usable} are usable")
    back = post("/wallet/getcandelegatedmaxsize", {"owner_address": owners[0][1], "type": 1, "visible": True})
    check(back["max_size"] < 10_000 * TRX - stake // 3, "the owner got the usage with its stake")


def test_every_path_tronweb_uses():
    _, account = wallet(trx=5, usdt=5)
    block = post("/wallet/getnowblock")
    needed = {
        "getaccount": ({"address": account}, ["address", "balance", "owner_permission", "active_permission", "frozenV2"]),
        "getaccountresource": ({"address": account}, ["freeNetLimit", "TotalEnergyLimit", "TotalEnergyWeight"]),
        "getaccountnet": ({"address": account}, ["freeNetLimit"]),
        "getcontract": ({"value": USDT}, ["abi", "bytecode", "name", "origin_address", "contract_address"]),
        "getcontractinfo": ({"value": USDT}, ["contract_state", "smart_contract"]),
        "getnowblock": ({}, ["blockID", "block_header"]),
        "getblock": ({"id_or_num": str(block["block_header"]["raw_data"]["number"])}, ["blockID"]),
        "getblockbynum": ({"num": block["block_header"]["raw_data"]["number"]}, ["blockID"]),
        "getblockbyid": ({"value": block["blockID"]}, ["blockID"]),
        "getchainparameters": ({}, ["chainParameter"]),
        "getnodeinfo": ({}, ["block", "solidityBlock"]),
        "getenergyprices": ({}, ["prices"]),
        "getbandwidthprices": ({}, ["prices"]),
        "getdelegatedresourceaccountindexv2": ({"value": account}, ["account"]),
        "getavailableunfreezecount": ({"owner_address": account}, ["count"]),
        "validateaddress": ({"address": account}, ["result"]),
    }
    for name, (body, keys) in needed.items():
        answer = post(f"/wallet/{name}", body | {"visible": True})
        missing = [key for key in keys if key not in answer]
        check(not missing, f"{name} has {', '.join(keys)}")
    nothing = {
        "getdelegatedresourcev2": {"fromAddress": account, "toAddress": account},
        "getcandelegatedmaxsize": {"owner_address": account, "type": 1},
        "getcanwithdrawunfreezeamount": {"owner_address": account},
        "gettransactionbyid": {"value": "00" * 32},
        "gettransactioninfobyid": {"value": "00" * 32},
    }
    for name, body in nothing.items():
        check(post(f"/wallet/{name}", body | {"visible": True}) == {}, f"{name} is {{}} where there is nothing")
    call = {
        "owner_address": account, "contract_address": USDT, "function_selector": "transfer(address,uint256)",
        "parameter": "00" * 12 + address(wallet()[1])[1:].hex() + "%064x" % 1, "visible": True,
    }
    answer = post("/wallet/triggerconstantcontract", call)
    check(answer["energy_used"] == 130_285 and answer["energy_penalty"] == 100_635, "simulation tells the penalty")
    check(answer["transaction"]["ret"] == [{}], "and its transaction has an empty result")
    answer = post("/wallet/triggerconstantcontract", call | {"parameter": call["parameter"][:64] + "%064x" % 10**12})
    check(answer["result"]["result"] is True, "a call that reverts still says result true")
    check(answer["result"]["message"] == "REVERT opcode executed", "with a message")
    check(answer["transaction"]["ret"] == [{"ret": "FAILED"}], "and FAILED in its transaction")
    answer = post("/wallet/triggersmartcontract", call | {"fee_limit": 100 * TRX})
    check(answer["result"] == {"result": True}, "triggersmartcontract builds")
    check(answer["transaction"]["raw_data"]["fee_limit"] == 100 * TRX, "with the fee limit")
    for name in ["getnowblock", "getaccount", "gettransactionbyid", "gettransactioninfobyid"]:
        post(f"/walletsolidity/{name}", {"address": account, "value": "00" * 32, "visible": True})
        print(f"  ok: walletsolidity/{name}")


def test_hidden_and_visible_forms():
    _, account = wallet(trx=5)
    hidden = post("/wallet/getaccount", {"address": to_hex_address(account)})
    check(hidden["address"] == to_hex_address(account), "without visible addresses are hexadecimal")
    by_query = get(f"/wallet/getaccount?address={account}&visible=true")
    check(by_query["address"] == account, "GET with a query works")
    error = post("/wallet/createtransaction", {"owner_address": account, "to_address": account, "amount": 1, "visible": True})
    check(error["Error"].startswith("class org.tron.core.exception.ContractValidateException : "), "builders say Error")
    key, sender = wallet(trx=1)
    value = data(1, address(sender)) + data(2, address(account)) + number(3, 50 * TRX)
    _, transaction = signed(raw_data(1, "TransferContract", value), key)
    answer = post("/wallet/broadcasthex", {"transaction": transaction.hex()})
    check(answer["code"] == "CONTRACT_VALIDATE_ERROR" and "balance is not sufficient" in answer["message"], "plain text")


def test_faults():
    try:
        post("/devnet/faults", {"clear": True, "path": "/wallet/getnodeinfo", "status": 429, "retry_after": 7, "count": 1})
        error = raises(urllib.error.HTTPError, lambda: post("/wallet/getnodeinfo"))
        check(error.code == 429 and error.headers["Retry-After"] == "7", "429 with Retry-After, once")
        check("block" in post("/wallet/getnodeinfo"), "and then no more")
        key, sender = wallet(trx=10)
        value = data(1, address(sender)) + data(2, address(wallet(trx=1)[1])) + number(3, TRX)
        txid, transaction = signed(raw_data(1, "TransferContract", value), key)
        post("/devnet/faults", {"path": "/wallet/broadcasthex", "drop_answer": True, "count": 1})
        dropped(transaction)
        check(receipt(txid)["id"] == txid, "the answer was lost, the transaction was not")
        post("/devnet/faults", {"server_busy": True, "count": 1})
        answer = post("/wallet/broadcasthex", {"transaction": transaction.hex()})
        check(answer["code"] == "SERVER_BUSY", "SERVER_BUSY, once")
        post("/devnet/mine", {"blocks": 10})
        post("/devnet/faults", {"lag_blocks": 8, "count": 1})
        old = post("/wallet/getnowblock")["block_header"]["raw_data"]["number"]
        new = post("/wallet/getnowblock")["block_header"]["raw_data"]["number"]
        check(new - old >= 8, "a lagging node is 8 blocks behind")
        post("/devnet/faults", {"stuck": True})
        before = get("/devnet/state")["block"]
        time.sleep(0.7)
        check(get("/devnet/state")["block"] == before, "a stuck chain makes no blocks")
        raises(urllib.error.HTTPError, lambda: post("/devnet/faults", {"stukc": True}))
    finally:
        post("/devnet/faults", {"clear": True})


def dropped(transaction):
    try:
        post("/wallet/broadcasthex", {"transaction": transaction.hex()})
    except (http.client.HTTPException, OSError) as error:
        print(f"    no answer: {error!r}")
        return
    raise AssertionError("there was an answer")


def test_a_reorganisation_loses_or_keeps():
    key, sender = wallet(trx=10)
    recipient = wallet(trx=1)[1]
    value = data(1, address(sender)) + data(2, address(recipient)) + number(3, TRX)
    post("/devnet/faults", {"stuck": True})
    try:
        txid, transaction = signed(raw_data(1, "TransferContract", value), key)
        post("/wallet/broadcasthex", {"transaction": transaction.hex()})
        post("/devnet/mine", {"blocks": 2})
        number_before = receipt(txid)["blockNumber"]
        post("/devnet/reorg", {"depth": 2, "keep_transactions": True})
        check(post("/wallet/gettransactioninfobyid", {"value": txid}) == {}, "after the fork it is in no block")
        check(post("/wallet/gettransactionfrompending", {"value": txid})["txID"] == txid, "but waits")
        post("/devnet/mine", {"blocks": 1})
        check(receipt(txid)["blockNumber"] == number_before, "and lands again")
        post("/devnet/reorg", {"depth": 1, "keep_transactions": False})
        post("/devnet/mine", {"blocks": 1})
        check(post("/wallet/gettransactioninfobyid", {"value": txid}) == {}, "or is lost")
        answer = post("/wallet/getaccount", {"address": recipient, "visible": True})
        check(answer["balance"] == TRX, "with its effect")
        check(post("/wallet/broadcasthex", {"transaction": transaction.hex()})["result"], "the same bytes are taken again")
        check(get("/devnet/state")["violations"] == [], "nothing was made or lost")
    finally:
        post("/devnet/faults", {"clear": True})


def test_a_thousand_transactions_in_a_few_blocks():
    senders = [wallet(trx=10_000, usdt=1000) for _ in range(20)]
    # Reference block and its hash, four and ten bytes, are the same for all.
    reference = raw_data(31, "TriggerSmartContract", b"")[:14]
    now = get("/devnet/time")["now_ms"]
    transactions = []
    for index in range(1000):
        key, sender = senders[index % 20]
        recipient = address(senders[(index + 1) % 20][1])
        call = bytes.fromhex("a9059cbb") + bytes(12) + recipient[1:] + (1 + index).to_bytes(32, "big")
        value = data(1, address(sender)) + data(2, address(USDT)) + data(4, call)
        parameter = data(1, b"type.googleapis.com/protocol.TriggerSmartContract") + data(2, value)
        raw = reference + number(8, now + 600_000) + data(11, number(1, 31) + data(2, parameter)) + number(14, now)
        transactions.append(signed(raw + number(18, 100 * TRX), key))
    before = get("/devnet/state")["block"]
    start = time.time()

    def send(part):
        connection = http.client.HTTPConnection(URL.removeprefix("http://"), timeout=30)
        for _, transaction in part:
            body = json.dumps({"transaction": transaction.hex()})
            connection.request("POST", "/wallet/broadcasthex", body, {"Content-Type": "application/json"})
            answer = json.load(connection.getresponse())
            assert answer["result"], answer
        connection.close()

    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        list(threads.map(send, [transactions[index::4] for index in range(4)]))
    accepted = time.time() - start
    while get("/devnet/state")["pending"]:
        time.sleep(0.05)
    took = time.time() - start
    blocks = get("/devnet/state")["block"] - before
    print(f"    accepted in {accepted:.1f} s, all in {blocks} blocks after {took:.1f} s")
    receipts = [receipt(txid)["receipt"] for txid, _ in transactions]
    check(all(r["result"] == "SUCCESS" for r in receipts), "a thousand transfers succeed")
    check(get("/devnet/state")["violations"] == [], "nothing was made or lost")


if __name__ == "__main__":
    print(URL)
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            print(name)
            test()
    print("all passed")
