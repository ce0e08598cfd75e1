"""A receiver of webhooks that trusts nobody but the package `standardwebhooks`.

Reads a JSON array of deliveries from standard input and writes what the package says of each: "accepted", or why not,
and what it would have signed itself. `now_ms` is the receiver's clock, in milliseconds since 1970.
"""

import json
import sys
from datetime import datetime, timedelta, timezone

import standardwebhooks.webhooks as webhooks

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class Clock(datetime):
    present = EPOCH

    @classmethod
    def now(cls, tz=None):
        return cls.present


# The package reads the time from its own name `datetime`.
webhooks.datetime = Clock


def verdict(delivery):
    Clock.present = EPOCH + timedelta(milliseconds=delivery["now_ms"])
    receiver = webhooks.Webhook(delivery["secret"])
    try:
        receiver.verify(delivery["body"], delivery["headers"], json_parse=False)
        return "accepted"
    except webhooks.WebhookVerificationError as error:
        return str(error)


def signature(delivery):
    moment = datetime.fromtimestamp(int(delivery["headers"]["webhook-timestamp"]), tz=timezone.utc)
    return webhooks.Webhook(delivery["secret"]).sign(delivery["headers"]["webhook-id"], moment, delivery["body"])


answers = [{"verdict": verdict(d), "signature": signature(d)} for d in json.load(sys.stdin)]
json.dump(answers, sys.stdout)
