"""Times Python libraries on the files of the benchmark, then the benchmark itself, and prints both with the ratios."""

import json
import pathlib
import subprocess
import sys
import time

import pysrt
import webvtt
from markitdown import MarkItDown


def best_of(rounds, read):
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        read()
        best = min(best, time.perf_counter() - start)
    return best * 1000


def main():
    benchmark, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    peers = {
        "captions.vtt": ("webvtt-py", lambda: webvtt.read(str(folder / "captions.vtt"))),
        "captions.srt": ("pysrt", lambda: pysrt.open(str(folder / "captions.srt"))),
        "plan.docx": ("markitdown", lambda: MarkItDown().convert(str(folder / "plan.docx"))),
    }
    measured = {name: (library, best_of(2, read)) for name, (library, read) in peers.items()}
    ours = json.loads(subprocess.run([benchmark], check=True, capture_output=True, text=True).stdout)
    for sample in ours["samples"]:
        if sample["sample"] in measured:
            library, milliseconds = measured[sample["sample"]]
            sample["peer"] = {
                "library": library,
                "ms_best": round(milliseconds, 1),
                "times_slower": round(milliseconds / sample["ms_best"], 1),
            }
    print(json.dumps(ours, indent=2))


main()
