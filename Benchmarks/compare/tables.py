"""The tables: medians and ratios of the samples, as Markdown."""
import os
import statistics
import time

from machine import UNSET, processor, versions
from works import ENGINES, OURS, WORKS, work_of

# Cores that other programs keep busy before a run, beyond which the table warns.
LOADED = 0.1


def is_ours(row):
    return row["program"].startswith(OURS)


def engine_of(row):
    """Of this program's rows: the engine in their names; None of the textbook reduction, which is no match for the peers."""
    words = row["program"].split(", ")[2:]
    return None if "allreduce" in words else (words + ENGINES)[0]


def bests(rows):
    """Of one work and number of cores: this program's fastest layout of each engine."""
    found = {}
    for row in sorted(filter(is_ours, rows), key=lambda row: row["median"]):
        if engine_of(row):
            found.setdefault(engine_of(row), row)
    return found


def summarise(samples):
    """Median, least and greatest seconds of each program, with the ratios to this program's best on as many cores."""
    groups = {}
    for sample in samples:
        groups.setdefault((sample["work"], sample["workers"], sample["program"]), []).append(sample)
    rows = []
    for (work, workers, program), group in groups.items():
        seconds = [sample["seconds"] for sample in group]
        row = {
            "work": work, "workers": workers, "program": program, "runs": len(seconds), "median": statistics.median(seconds),
            "least": min(seconds), "greatest": max(seconds),
            "kernels": " / ".join(sorted({sample["kernels"] or "?" for sample in group}))}
        if work_of(work).is_whole:
            row["epochs"] = [min(sample["epochs"] for sample in group), max(sample["epochs"] for sample in group)]
            row["accuracy"] = sorted(sample["accuracy"] for sample in group)
        rows.append(row)
    for row in rows:
        ours = [best["median"] for best in bests(beside(rows, row)).values()]
        row["ratio"] = row["median"] / min(ours) if ours else None
    order = list(WORKS) + sorted({row["work"] for row in rows} - set(WORKS), key=lambda name: (len(name), name))
    return sorted(rows, key=lambda row: (order.index(row["work"]), row["workers"], -row["median"]))


def beside(rows, row):
    return [other for other in rows if (other["work"], other["workers"]) == (row["work"], row["workers"])]


def against_the_fastest(rows):
    """For each work and number of cores: the fastest peer, this program's engines, and how many times as fast they are."""
    lines = ["| work | cores | fastest peer | seconds | this program | seconds | times as fast |",
             "|---|---|---|---|---|---|---|"]
    for work, workers in dict.fromkeys((row["work"], row["workers"]) for row in rows):
        own = [row for row in rows if (row["work"], row["workers"]) == (work, workers)]
        peers = [row for row in own if not is_ours(row)]
        if peers:
            peer = min(peers, key=lambda row: row["median"])
            lines += [
                f"| {work} | {workers} | {peer['program']} | {peer['median']:.4f} | {engine}, "
                f"{best['program'].split(', ')[1]} | {best['median']:.4f} | {peer['median'] / best['median']:.2f} |"
                for engine, best in sorted(bests(own).items(), key=lambda item: ENGINES.index(item[0]))]
    return lines


def passes(rows):
    lines = ["| work | cores | program | kernels | seconds | least – greatest | ratio |", "|---|---|---|---|---|---|---|"]
    return lines + [
        f"| {row['work']} | {row['workers']} | {row['program']} | {row['kernels']} | {row['median']:.4f} | "
        f"{row['least']:.4f} – {row['greatest']:.4f} | {ratio(row)} |" for row in rows]


def wholes(rows):
    lines = ["| work | cores | program | seconds | least – greatest | ratio | epochs | test accuracy, least – median – greatest |",
             "|---|---|---|---|---|---|---|---|"]
    return lines + [
        f"| {row['work']} | {row['workers']} | {row['program']} | {row['median']:.2f} | {row['least']:.2f} – "
        f"{row['greatest']:.2f} | {ratio(row)} | {' – '.join(map(str, dict.fromkeys(row['epochs'])))} | "
        f"{row['accuracy'][0]:.4f} – {statistics.median(row['accuracy']):.4f} – {row['accuracy'][-1]:.4f} |" for row in rows]


def ratio(row):
    return "" if row["ratio"] is None else f"{row['ratio']:.2f}"


def span(values, digits):
    return f"{min(values):.{digits}f} – {max(values):.{digits}f}" if values else "not known"


def markdown(result):
    load = result["load_at_start"]
    samples = f", the first {result['samples']} rows" if result["samples"] else ""
    text = [
        f"Seconds of an epoch's training pass, or of a whole process from start to end where it says so; float32{samples}. Medians of "
        f"{result['runs']} runs (least – greatest), all in turn; ratio: to this program's fastest on as many cores.", "",
        *(f"- `{name}`: {work_of(name).title}." for name in dict.fromkeys(row["work"] for row in result["rows"])), "",
        f"{result['date']}, {result['processor']}, "
        + ", ".join(f"{name} {version}" for name, version in result["versions"].items())
        + f". Before the runs other programs kept {span(load['others'], 2)} cores busy, the load average was "
        + f"{span(load['average'], 1)}.", "",
    ]
    if result["loaded_runs"]:
        text += [f"**The machine was loaded**: before {result['loaded_runs']} of {len(load['others'])} runs other programs "
                 f"kept more than {LOADED} cores busy.", ""]
    whole = [row for row in result["rows"] if work_of(row["work"]).is_whole]
    others = [row for row in result["rows"] if row not in whole]
    for rows, table in ((others, passes), (whole, wholes), (result["rows"], against_the_fastest)):
        text += table(rows) + [""] if rows else []
    return "\n".join(text)


def results(samples):
    rows = summarise(samples)
    counts = sorted({row["runs"] for row in rows})
    others = [sample["others"] for sample in samples if sample["others"] is not None]
    return {
        "date": time.strftime("%Y-%m-%d"), "processor": processor(), "versions": versions(),
        "unset": [name for name in UNSET if name in os.environ],
        "runs": str(counts[0]) if len(counts) == 1 else f"{counts[0]}–{counts[-1]}",
        "samples": next((sample["samples"] for sample in samples if "samples" in sample), None),
        "load_at_start": {"others": others, "average": [sample["load_average"] for sample in samples]},
        "loaded_runs": sum(other > LOADED for other in others), "rows": rows,
    }
