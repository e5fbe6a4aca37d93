"""The commands of a guide, as it has them, and the shell that they are typed into."""

import re
import subprocess
import threading

FENCE = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)
IN_A_SENTENCE = re.compile(r"`((?:aws|cargo|git|lectern|pip|sam) [^`]+)`")
# Far more than any command takes: deploying on a busy machine is the longest.
COMMAND_SECONDS = 600


def commands(guide):
    """Every command of the guide in its order: those of its blocks, and those within its sentences."""
    found, in_blocks = [], []
    for block in FENCE.finditer(guide):
        whole = ""
        for line in block[1].splitlines(keepends=True):
            whole += line
            if not line.endswith("\\\n") and is_complete(whole):
                in_blocks.append(whole.strip())
                found.append((block.start(), len(in_blocks), whole.strip()))
                whole = ""
        if whole:
            raise SystemExit(f"the guide has a command without an end: {whole}")
    for sentence in IN_A_SENTENCE.finditer(FENCE.sub(lambda block: " " * len(block[0]), guide)):
        command = " ".join(sentence[1].split())
        # A sentence that speaks of a command of a block is not another command.
        if not any(other.startswith(command) for other in in_blocks):
            found.append((sentence.start(), 0, command))
    return [command for *_, command in sorted(found)]


def is_complete(command):
    return subprocess.run(["bash", "-n"], input=command, text=True, stderr=subprocess.DEVNULL, check=False).returncode == 0


class Shell:
    """One bash for the whole guide, so that what a command sets is there for those after it. Ends at the first error."""

    def __init__(self, folder, environment):
        self.folder, self.script = folder, folder / "command.sh"
        self.bash = subprocess.Popen(
            ["bash", "--noprofile", "--norc"], cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )
        self.bash.stdin.write("set -eu -o pipefail\n")

    def run(self, command):
        """Runs it with `y` as the answer to whatever it asks; answers with what it printed."""
        self.script.write_text(command + "\n")
        self.bash.stdin.write(f". {self.script} <<< $'y\\ny\\ny'\necho; echo this was all\n")
        self.bash.stdin.flush()
        patience = threading.Timer(COMMAND_SECONDS, self.bash.kill)
        patience.start()
        said = []
        for line in self.bash.stdout:
            if line == "this was all\n":
                patience.cancel()
                return "".join(said).strip()
            said.append(line)
        patience.cancel()
        raise SystemExit(f"this command of the guide fails:\n{command}\n{''.join(said)}")
