"""The Test Anything Protocol: one line for each fact, the plan at the end."""

import sys
import traceback


class Tap:
    def __init__(self):
        self.count, self.failed = 0, 0

    def check(self, fact, holds, detail=""):
        self.count += 1
        if not holds:
            self.failed += 1
        print(("ok" if holds else "not ok"), self.count, "-", fact, flush=True)
        if detail and not holds:
            for line in str(detail).splitlines():
                print("#", line, flush=True)

    def skip(self, fact, why):
        self.count += 1
        print("ok", self.count, "-", fact, "# skip", why, flush=True)

    def note(self, text):
        print("#", text, flush=True)

    def run(self, name, scenario):
        try:
            scenario()
        except Exception as error:
            self.check(name, False, "".join(traceback.format_exception(error)))

    def end(self):
        print(f"1..{self.count}", flush=True)
        sys.exit(1 if self.failed else 0)
