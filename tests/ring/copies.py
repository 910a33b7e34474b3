"""Prints what one node itself holds of the keys on standard input: value, expiry and version of each, "absent" where
it is a copy without the key, "elsewhere" where it is no copy. Needs --debug-commands, so it runs on the node's machine.

Usage: copies.py PORT
"""

import hashlib
import os
import sys

import redis

connection = redis.Redis(port=int(sys.argv[1]), socket_timeout=10)
connection.response_callbacks.clear()
keys = sys.stdin.read().split("\n")
for start in range(0, len(keys), 500):
    pipeline = connection.pipeline(transaction=False)
    # Who has asked for the map is sent away where a key is not held, instead of being answered by its owner.
    pipeline.execute_command("CLUSTER SLOTS")
    pipeline.execute_command("READONLY")
    for key in keys[start:start + 500]:
        pipeline.get(key)
        pipeline.execute_command("PEXPIRETIME", key)
        pipeline.execute_command("DEBUG OBJECT", key)
    answers = pipeline.execute(raise_on_error=False)[2:]
    for value, expiry, shown in zip(answers[::3], answers[1::3], answers[2::3]):
        if isinstance(value, redis.ResponseError) and "MOVED" in str(value):
            print("elsewhere")
        elif value is None:
            print("absent")
        elif isinstance(value, Exception):
            raise value
        elif isinstance(shown, Exception):
            # While views change it may go to the owner, which shows nothing to other machines: like no other answer.
            print("not shown to", os.getpid(), shown)
        else:
            print(hashlib.sha256(value).hexdigest(), expiry, str(shown).rsplit("version", 1)[-1])
