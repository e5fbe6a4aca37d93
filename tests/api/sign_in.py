"""Prints an access token for one of the accounts of the development issuer."""

import json
import os
import sys
import urllib.parse
import urllib.request

form = {"grant_type": "password", "username": sys.argv[1], "client_id": "lectern-local"}
request = urllib.request.Request(
    os.environ["LECTERN_URL"] + "/issuer/token", data=urllib.parse.urlencode(form).encode()
)
with urllib.request.urlopen(request, timeout=10) as answer:
    print(json.load(answer)["access_token"])
