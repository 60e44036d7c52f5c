"""What the fuzzer needs to know of the window: who asks, and which things exist.

Without this every request would end at 401, and every identifier at 404.
"""

import json
import os
import uuid

import requests
import schemathesis

ADDRESS = os.environ["ONEWINDOW_ADDRESS"]
USER = os.environ["ONEWINDOW_USER"]
EXAMPLE = os.environ["ONEWINDOW_EXAMPLE"]
PASSWORD = "nantong-demo-2026"
APPLICANT = "hengmian.admin"
# Parameter: the list that names it, and its member there.
LISTS = {
    "caseId": ("cases", "caseId"),
    "submissionId": ("submissions", "submissionId"),
    "partyId": ("parties", "partyId"),
    "queueCode": ("queues", "queueCode"),
}

known = {}


def cookie_of(user):
    answer = requests.post(
        f"{ADDRESS}/api/v1/sessions", json={"userName": user, "password": PASSWORD}, timeout=15
    )
    answer.raise_for_status()
    return answer.headers["set-cookie"].split(";")[0]


def headers(cookie):
    return {"Cookie": cookie, "Origin": ADDRESS, "Idempotency-Key": str(uuid.uuid4())}


def file_an_example(cookie):
    with open(EXAMPLE, encoding="utf-8") as file:
        draft = requests.post(
            f"{ADDRESS}/api/v1/submissions", json=json.load(file), headers=headers(cookie), timeout=15
        )
    draft.raise_for_status()
    requests.post(
        f"{ADDRESS}/api/v1/submissions/{draft.json()['submissionId']}/transitions",
        json={"action": "SUBMIT"},
        headers={**headers(cookie), "If-Match": draft.headers["etag"]},
        timeout=15,
    ).raise_for_status()


def listed(cookie, path, member):
    answer = requests.get(f"{ADDRESS}/api/v1/{path}", headers={"Cookie": cookie}, timeout=15)
    if answer.status_code == 403:
        # Not everybody may have this list.
        return []
    answer.raise_for_status()
    return [item[member] for item in answer.json()["items"]]


def learn(cookie):
    for parameter, (name, member) in LISTS.items():
        known[parameter] = listed(cookie, f"{name}?limit=100", member)
    cases = known["caseId"][:10]
    events = [event for case in cases for event in listed(cookie, f"case-events?caseId={case}", "eventId")]
    known["eventId"] = events


# A session that a request has ended is opened again.
@schemathesis.auth(retry_on=[401])
class Session:
    def get(self, case, context):
        if not known:
            filing = cookie_of(APPLICANT)
            for _ in range(3):
                file_an_example(filing)
        cookie = cookie_of(USER)
        learn(cookie)
        return cookie

    def set(self, case, data, context):
        case.headers = case.headers or {}
        case.headers["Cookie"] = data
        case.headers["Origin"] = ADDRESS


def with_what_exists(parameters):
    """Every second identifier is one that exists, where the caller may know any."""
    for name, value in (parameters or {}).items():
        choice = sum(str(value).encode())
        if known.get(name) and choice % 2:
            parameters[name] = known[name][choice // 2 % len(known[name])]
    return parameters


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    return with_what_exists(path_parameters)


@schemathesis.hook
def map_query(context, query):
    return with_what_exists(query)
