"""What schemathesis cannot know: ids of documents that there are, and that waiting takes time."""

import os
import random

import schemathesis

DOCUMENTS = os.environ["LECTERN_DOCUMENTS"].split()
# A small stock of ids, so that notes are written, changed and deleted under the same ones.
NOTES = [f"00000000-0000-4000-8000-00000000000{digit}" for digit in range(4)]
choice = random.Random(1)


@schemathesis.hook
def before_call(context, case, **kwargs):
    """Asks about real documents most of the time, and never waits for a change."""
    # A deleted document answers little: most deletions are tried on one that is given up for it.
    documents = DOCUMENTS[:1] if case.method == "DELETE" and not case.path.endswith("note_id}") else DOCUMENTS[1:]
    parameters = case.path_parameters or {}
    if "id" in parameters and choice.random() < 0.8:
        parameters["id"] = choice.choice(documents)
    if "note_id" in parameters and choice.random() < 0.8:
        parameters["note_id"] = choice.choice(NOTES)
    if isinstance(case.query, dict):
        case.query.pop("wait", None)
    body = case.body
    if isinstance(body, dict) and "note_id" in body and choice.random() < 0.8:
        body["note_id"] = choice.choice(NOTES)
