"""TronZap's own SDK, unmodified, as a customer of the sandbox that a devnet plays.

Needs a devnet, and tronzap-sdk (1.6.0) from PyPI:

    devnet --block-interval 200ms &
    BUSBAR_DEVNET_URL=http://127.0.0.1:18090 venv/bin/pytest test_tronzap_sdk.py
"""

import hashlib
import json
import os
import time
import urllib.request
import uuid

import pytest
from tronzap_sdk import Client
from tronzap_sdk.exceptions import (
    ApiException,
    ConnectionException,
    ErrorCode,
    RateLimitException,
    ServerException,
    TimeoutException,
)

URL = os.environ["BUSBAR_DEVNET_URL"].rstrip("/")


def call(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(URL + path, data=data), timeout=20) as answer:
        return json.load(answer)


def control(**fields):
    return call("/devnet/suppliers/tronzap", fields)


def base58(payload):
    alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    check = hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    number = int.from_bytes(payload + check, "big")
    text = ""
    while number:
        number, digit = divmod(number, 58)
        text = alphabet[digit] + text
    return text


def stranger():
    """An address that is not on chain."""
    return base58(b"\x41" + os.urandom(20))


def receiver():
    address = stranger()
    call("/devnet/fund", {"address": address, "trx": 10})
    return address


def energy(address):
    return call("/wallet/getaccountresource", {"address": address, "visible": True}).get("EnergyLimit", 0)


def eventually(what, limit=20):
    end = time.monotonic() + limit
    while time.monotonic() < end:
        if result := what():
            return result
        time.sleep(0.1)
    raise AssertionError("it never came about")


def client(secret="tronzap-sandbox-secret", timeout=30.0):
    return Client("tronzap-sandbox-token", secret, base_url=URL + "/suppliers/tronzap", timeout=timeout)


def raises(code, action):
    with pytest.raises(ApiException) as error:
        action()
    assert error.value.code == code
    assert error.value.error_key and error.value.request_id and error.value.status_code == 200


@pytest.fixture(autouse=True)
def no_faults():
    yield control(clear=True, balance_trx=1000)
    control(clear=True, balance_trx=1000)


def test_catalogue_and_balance():
    services = client().get_services()
    offer = services["energy"][0]
    assert offer["duration"] == 1 and offer["min_amount"] == 32000 and float(offer["price"]) > 0
    assert float(services["activate_address"]["price"]) > 0
    assert client().get_balance()["balance"] == "1000"


def test_a_purchase_arrives_and_is_charged():
    address, name = receiver(), uuid.uuid4().hex
    price = client().calculate(address, 65000)
    assert float(price["total"]) == float(price["price"]) > 0
    order = client().create_energy_transaction(address, 65000, external_id=name)
    assert order["status"] in ("new", "pending", "success") and order["external_id"] == name
    done = eventually(lambda: (t := client().check_transaction(id=order["id"]))["status"] == "success" and t)
    assert done["hash"] and done["amount"] == price["total"]
    assert client().check_transaction(external_id=name)["id"] == order["id"]
    assert energy(address) >= 65000
    assert call("/wallet/gettransactionbyid", {"value": done["hash"]})["txID"] == done["hash"]
    assert 1000 - float(client().get_balance()["balance"]) == pytest.approx(float(price["total"]))
    info = client().get_address_info(address)
    assert info["is_active"] and info["resources"]["energy"] >= 65000


def test_the_rental_ends_after_an_hour_of_chain_time():
    address = receiver()
    client().create_energy_transaction(address, 131000)
    eventually(lambda: energy(address) >= 131000)
    call("/devnet/time", {"advance_ms": 3_500_000})
    time.sleep(0.5)
    assert energy(address) >= 131000
    call("/devnet/time", {"advance_ms": 120_000})
    eventually(lambda: energy(address) == 0)


def test_an_external_id_is_only_a_name():
    address, name = receiver(), uuid.uuid4().hex
    first = client().create_energy_transaction(address, 65000, external_id=name)
    second = client().create_energy_transaction(address, 65000, external_id=name)
    assert first["id"] != second["id"]
    eventually(lambda: energy(address) >= 130000)
    assert client().check_transaction(external_id=name)["id"] == first["id"]


def test_activation():
    address = stranger()
    raises(ErrorCode.ADDRESS_NOT_ACTIVATED, lambda: client().create_energy_transaction(address, 65000))
    client().create_address_activation_transaction(address)
    eventually(lambda: call("/wallet/getaccount", {"address": address, "visible": True}))
    raises(ErrorCode.ADDRESS_ALREADY_ACTIVATED, lambda: client().create_address_activation_transaction(address))
    other = stranger()
    assert float(client().calculate(other, 65000)["activation_fee"]) > 0
    client().create_energy_transaction(other, 65000, activate_address=True)
    eventually(lambda: energy(other) >= 65000)


def test_refusals():
    address = receiver()
    raises(ErrorCode.AUTH_ERROR, lambda: client(secret="another").get_balance())
    raises(ErrorCode.INVALID_TRON_ADDRESS, lambda: client().calculate("T000", 65000))
    raises(ErrorCode.INVALID_ENERGY_AMOUNT, lambda: client().create_energy_transaction(address, 31999))
    raises(ErrorCode.INVALID_ENERGY_AMOUNT, lambda: client().create_energy_transaction(address, 5_000_001))
    raises(ErrorCode.INVALID_DURATION, lambda: client().create_energy_transaction(address, 65000, duration=24))
    raises(ErrorCode.TRANSACTION_NOT_FOUND, lambda: client().check_transaction(external_id="nothing"))
    raises(ErrorCode.SERVICE_NOT_AVAILABLE, lambda: client().create_bandwidth_transaction(address, 1000))
    control(balance_trx=1)
    raises(ErrorCode.INSUFFICIENT_FUNDS, lambda: client().create_energy_transaction(address, 65000))
    control(unavailable=True, count=1, balance_trx=1000)
    raises(ErrorCode.SERVICE_NOT_AVAILABLE, lambda: client().create_energy_transaction(address, 65000))
    assert energy(address) == 0


def test_faults_are_what_the_sdk_expects():
    address, name = receiver(), uuid.uuid4().hex
    control(status=429, retry_after=1, count=1)
    with pytest.raises(RateLimitException):
        client().get_balance()
    control(status=503, count=1)
    with pytest.raises(ServerException):
        client().get_balance()
    control(latency_ms=2000, count=1)
    with pytest.raises(TimeoutException):
        client(timeout=0.5).get_balance()
    control(drop_answer=True, call="place", count=1)
    with pytest.raises(ConnectionException):
        client().create_energy_transaction(address, 65000, external_id=name)
    eventually(lambda: client().check_transaction(external_id=name)["status"] == "success")
    assert energy(address) >= 65000


def test_an_order_that_never_comes_fails_and_is_paid_back():
    address, name = receiver(), uuid.uuid4().hex
    control(never_delivers=True, refund_after_ms=30_000, count=1)
    client().create_energy_transaction(address, 65000, external_id=name)
    assert client().check_transaction(external_id=name)["status"] == "new"
    assert float(client().get_balance()["balance"]) < 1000
    call("/devnet/time", {"advance_ms": 31_000})
    eventually(lambda: client().check_transaction(external_id=name)["status"] == "failed")
    assert client().get_balance()["balance"] == "1000" and energy(address) == 0
