#!/usr/bin/env python3
"""A whole upstream withdrawal system in one page: asks for one withdrawal, sends it when told ready, waits until it is settled.

    pip install pika tronpy
    ./busbar partner demo > demo.env; set -a; . ./demo.env; set +a
    python3 deploy/examples/upstream.py [amount]
"""
import json
import os
import sys
import time
import uuid
from decimal import Decimal

import pika
from tronpy import Tron
from tronpy.keys import PrivateKey
from tronpy.providers import HTTPProvider

env = os.environ
partner, user = env["DEMO_PARTNER"], env["DEMO_BROKER_USER"]
key = PrivateKey(bytes.fromhex(env["DEMO_WALLET_KEY"]))
chain = Tron(HTTPProvider(env["DEMO_NODE"]))
token = chain.get_contract("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t")

connection = pika.BlockingConnection(pika.ConnectionParameters(
    env["DEMO_BROKER_HOST"], int(env["DEMO_BROKER_PORT"]), env["DEMO_BROKER_VHOST"],
    pika.PlainCredentials(user, env["DEMO_BROKER_PASSWORD"])))
channel = connection.channel()
channel.confirm_delivery()  # basic_publish returns when the broker has the command, and raises when it has not


def tell(kind, body):
    channel.basic_publish("busbar.commands", kind, json.dumps(body), pika.BasicProperties(
        content_type="application/json", delivery_mode=2, type=f"{kind}.v1", message_id=str(uuid.uuid4()),
        user_id=user,  # the broker verifies it; it decides for which partners we may speak
        timestamp=int(time.time()), app_id="upstream-example"), mandatory=True)


withdrawal = f"example-{uuid.uuid4().hex[:12]}"
recipient = PrivateKey.random().public_key.to_base58check_address()
amount = sys.argv[1] if len(sys.argv) > 1 else "12.5"
tell("withdrawal.request", {
    "withdrawal_id": withdrawal, "partner_id": partner, "from_address": env["DEMO_WALLET"], "to_address": recipient,
    "token": "USDT", "amount": amount})
print(f"asked for {amount} USDT to {recipient}")

newest = 0
for method, properties, body in channel.consume(f"upstream.{partner}.events", inactivity_timeout=120):
    if method is None:
        sys.exit("no event for two minutes")
    event, kind = json.loads(body), properties.type
    channel.basic_ack(method.delivery_tag)
    # Delivery is at least once and may be out of order: drop what is older than the last seen.
    if event.get("withdrawal_id") != withdrawal or event.get("sequence", newest + 1) <= newest:
        continue
    newest = event.get("sequence", newest)
    print(f"  {kind}: {json.dumps({k: v for k, v in event.items() if k not in ('withdrawal_id', 'partner_id')})}")
    if kind == "withdrawal.ready.v1":
        transfer = (token.functions.transfer(recipient, int(Decimal(amount) * 1_000_000))
                    .with_owner(env["DEMO_WALLET"]).fee_limit(event["fee_limit_sun"]).build().sign(key))
        sent = transfer.broadcast()
        tell("withdrawal.settle", {"withdrawal_id": withdrawal, "partner_id": partner, "txid": sent["txid"]})
        print(f"  sent {sent['txid']}")
    elif kind in ("withdrawal.settled.v1", "withdrawal.rejected.v1", "withdrawal.expired.v1", "withdrawal.failed.v1"):
        break
connection.close()
sys.exit(0 if kind == "withdrawal.settled.v1" else 1)
