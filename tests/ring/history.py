"""Judges what processes of an application wrote down: who wrote which number when, and who read which one when."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict, namedtuple

from load import percentile

# Nanoseconds. What is checked is the promise of docs/coherence.md, and a millisecond for clocks that count those.
BOUND = 1_000_000_000
ROUNDED = 1_000_000

# From when a side was cut off, when the network was mended, when they were one ring again, and who was on that side.
Split = namedtuple("Split", "began healed merged side")

Write = namedtuple("Write", "version began ended outcome")
Read = namedtuple("Read", "reader key place version owner began first_ended last_began count")


class Key:
    """What was written under a key, by the one process that writes it."""

    def __init__(self, writes):
        self.versions = [write.version for write in writes]
        self.begins = [write.began for write in writes]
        # The stored ones alone: when the next higher one had been stored, a number was no longer the key's.
        self.stored = [write.version for write in writes if write.outcome == 0]
        self.ends = [write.ended for write in writes if write.outcome == 0]

    def replaced_at(self, version):
        """When at the latest a number was no longer the key's; none: it still may be."""
        place = bisect_right(self.stored, version)
        return self.ends[place] if place < len(self.stored) else None

    def begun_at(self, version):
        place = bisect_left(self.versions, version)
        known = place < len(self.versions) and self.versions[place] == version
        return self.begins[place] if known else None


def parse(histories):
    writes, reads = defaultdict(list), []
    for name, lines in histories.items():
        for line in lines:
            kind, key, *rest = line.split()
            if kind == "w":
                writes[key].append(Write(*map(int, rest)))
            else:
                place, version, owner, *times = rest
                reads.append(Read(name, key, place, int(version), owner, *map(int, times)))
    return {key: Key(sorted(some)) for key, some in writes.items()}, reads


def oldest(read, splits):
    """Until when at least a number that was read must have been the key's."""
    at = read.last_began
    writer = read.key.split(":")[0]
    allowed = at - (BOUND + ROUNDED if read.place == "f" and read.reader != writer else 0)
    for split in splits:
        if not split.began <= at <= split.merged:
            continue
        # A read that began in the moment of the cut may have been answered before it.
        before = split.began - BOUND - ROUNDED
        apart = (read.reader in split.side) != (writer in split.side)
        at_home = (read.owner in split.side) == (read.reader in split.side)
        if at >= split.healed or (apart and at_home):
            # What a side owns it serves as it was before the cut; while the sides meet both may serve.
            allowed = min(allowed, before)
    return allowed


def judge(tap, histories, splits, quiet, halted):
    keys, reads = parse(histories)
    found = [read for read in reads if read.place in "fr"]
    first = [read for read in found if read.place == "f"]
    invented = [read for read in found
                if (begun := keys[read.key].begun_at(read.version)) is None or begun > read.first_ended]
    tap.check("every read gives what was written before it ended", not invented, invented[:5])
    stale = []
    for read in found:
        replaced = keys[read.key].replaced_at(read.version)
        if replaced is not None and replaced < oldest(read, splits):
            stale.append((read, f"{(read.last_began - replaced) / 1e9:.3f} s old"))
    tap.check("no first level serves what was replaced longer ago than the bound",
              not any(read.place == "f" for read, _ in stale), explain([s for s in stale if s[0].place == "f"]))
    tap.check("no read that went to the ring gives what had been replaced before it",
              not any(read.place == "r" for read, _ in stale), explain([s for s in stale if s[0].place == "r"]))
    seen(tap, keys, found, quiet, halted)
    last = {(read.reader, read.key): read for read in sorted(reads, key=lambda read: read.last_began)}
    wrong = [read for read in last.values()
             if read.place not in "fr" or (keys[read.key].stored and read.version < keys[read.key].stored[-1])]
    tap.check("in the end every process has the last number of every key", len(last) == 3 * len(keys) and not wrong,
              wrong[:5])
    counts = Counter()
    for read in reads:
        counts[read.place] += read.count
    tap.check("most reads were answered by first levels", counts["f"] > counts["r"], counts)
    outcomes = Counter(int(line.split()[5]) for lines in histories.values() for line in lines if line[0] == "w")
    tap.note(f"{counts['f']} reads from first levels, {counts['r']} from the ring, {counts['u'] + counts['m']} without "
             f"an answer; {outcomes[0]} writes, {outcomes[1] + outcomes[2]} not or perhaps done; "
             f"oldest from a first level {age(keys, first, splits):.3f} s")


def explain(stale):
    return "\n".join([f"{len(stale)} runs of reads"] + [f"{age}: {read}" for read, age in stale[:12]])


def age(keys, reads, splits):
    """How long ago the oldest of what was read had been replaced, where no side was on its own."""
    ages = [read.last_began - replaced for read in reads
            if (replaced := keys[read.key].replaced_at(read.version)) is not None
            and not any(split.began <= read.last_began <= split.merged for split in splits)]
    return max(ages, default=0) / 1e9


def seen(tap, keys, reads, quiet, halted):
    """Whether each other process has seen what was stored before the first cut, and how soon."""
    sights = defaultdict(list)
    for read in sorted(reads, key=lambda read: read.first_ended):
        sights[read.reader, read.key].append(read)
    took, unseen = [], []
    for (reader, key), some in sights.items():
        if reader == key.split(":")[0]:
            continue
        place = 0
        for version, ended in zip(keys[key].stored, keys[key].ends):
            if ended + BOUND > quiet:
                break
            while place < len(some) and some[place].version < version:
                place += 1
            if place == len(some):
                unseen.append((reader, key, version))
            else:
                took.append((some[place].first_ended - keys[key].begun_at(version)) / 1e6)
    tap.check("what one stores is seen by the first levels of the others", took and not unseen, unseen[:5])
    tap.note(f"{len(took)} changes seen by another process: median {percentile(took, .5):.2f} ms, "
             f"p99.9 {percentile(took, .999):.2f}, most {max(took, default=0):.2f}")
