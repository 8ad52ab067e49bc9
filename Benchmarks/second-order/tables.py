"""The tables: times to a loss, losses after a time, and ratios, as Markdown."""
import importlib.metadata
import json
import math
import statistics
import time

from problems import PROBLEMS
from programs import OURS, PEERS, machine

# Cores that other programs keep busy before a run, beyond which the table warns.
LOADED = 0.1


def figures(problem, curve):
    """Seconds to the target, null where it was not reached, and the least loss within the problem's seconds."""
    return {
        "to_target": next((seconds for seconds, loss in curve if loss <= problem.target), None),
        "loss": min((loss for seconds, loss in curve if seconds <= problem.seconds and math.isfinite(loss)), default=None),
        "last": curve[-1][0] if curve else None,
        "least": min((loss for _, loss in curve if math.isfinite(loss)), default=None),
    }


def thinned(curve):
    """The points at which the least loss so far falls by a fiftieth."""
    points = []
    for seconds, loss in curve:
        if not points or loss <= 0.98 * points[-1][1]:
            points.append([float(f"{seconds:.4g}"), float(f"{loss:.4g}")])
    return points


def said(sample):
    reached = "not reached" if sample["to_target"] is None else f"{sample['to_target']:.3f} s"
    return f"{reached}; loss {sample['loss']}, at last {sample['least']} after {sample['last']} s"


def seconds_of(samples):
    return [math.inf if sample["to_target"] is None else sample["to_target"] for sample in samples]


def losses_of(samples):
    return [math.inf if sample["loss"] is None else sample["loss"] for sample in samples]


def groups(samples, *keys):
    found = {}
    for sample in samples:
        found.setdefault(tuple(json.dumps(sample[key]) if key == "settings" else sample[key] for key in keys), []).append(sample)
    return found


def best_settings(samples):
    """Of each problem and peer: the settings that most seeds reach the target with, soonest, or else come nearest."""
    best = {}
    for (problem, program, settings), group in groups(samples, "problem", "program", "settings").items():
        seconds = seconds_of(group)
        rank = (statistics.median(seconds), statistics.geometric_mean(sample["least"] or math.inf for sample in group))
        known = best.setdefault(problem, {}).get(program)
        if known is None or rank < known[0]:
            best[problem][program] = (rank, json.loads(settings))
    return {problem: {name: settings for name, (_, settings) in found.items()} for problem, found in best.items()}


def settings_json(settings):
    """A line for each peer."""
    texts = [json.dumps(problem) + ": {\n" + ",\n".join(f"  {json.dumps(name)}: {json.dumps(one)}" for name, one in found.items())
             + "\n}" for problem, found in settings.items()]
    return "{\n" + ",\n".join(texts) + "\n}\n"


def number(value, limit=math.inf):
    return f"> {limit:g}" if math.isinf(value) else f"{value:.2g}" if value < 0.1 else f"{value:.3g}"


def span(values, limit=math.inf):
    return f"{number(min(values), limit)} – {number(max(values), limit)}"


def ratio(theirs, ours, limit):
    """Of two medians of seconds."""
    if math.isinf(ours):
        return "neither" if math.isinf(theirs) else f"under {theirs / limit:.2g}"
    return f"over {limit / ours:.3g}" if math.isinf(theirs) else f"{theirs / ours:.3g}"


def rows_of(name, found):
    """Of one problem, the fastest first: to which all of this program's first optimiser are compared."""
    problem = PROBLEMS[name]
    rows = [f"| program | seconds to {problem.target:g} | least – greatest | reached | ratio | loss after {problem.seconds:g} s "
            "| least – greatest | settings |", "|---|---|---|---|---|---|---|---|"]
    first = next((statistics.median(seconds_of(found[program])) for program in OURS if program in found), None)
    order = sorted(found, key=lambda program: (
        statistics.median(seconds_of(found[program])), statistics.median(losses_of(found[program]))))
    for program in order:
        group = found[program]
        limit = min(sample["limit"] for sample in group)
        seconds, losses = seconds_of(group), losses_of(group)
        compared = "" if first is None else ratio(statistics.median(seconds), first, limit)
        settings = ", ".join(
            f"{key} {value}" for key, value in (group[0]["settings"] or {}).items() if key not in ("kind", "method"))
        rows.append(
            f"| {program} | {number(statistics.median(seconds), limit)} | {span(seconds, limit)} "
            f"| {sum(map(math.isfinite, seconds))} of {len(group)} | {compared} | {number(statistics.median(losses))} "
            f"| {span(losses)} | {settings} |")
    return rows


def goals(samples):
    """Of each problem: this program's better optimiser against each kind of peer."""
    kinds = {"torch-levenberg-marquardt": ["torch-levenberg-marquardt"], "its minibatches": ["torch-levenberg-marquardt, minibatches"],
             "SciPy": ["SciPy, lm", "SciPy, trf"], "best peer": list(PEERS)}
    rows = ["| problem | weights | this program | seconds | " + " | ".join(kinds) + " |", "|---" * (4 + len(kinds)) + "|"]
    by_problem = groups(samples, "problem")
    for name in (name for name in PROBLEMS if (name,) in by_problem):
        group = by_problem[name,]
        medians = {program: statistics.median(seconds_of(found)) for (program,), found in groups(group, "program").items()}
        ours = min((program for program in OURS if program in medians), key=medians.get, default=None)
        if ours is None:
            continue
        limit = min(sample["limit"] for sample in group)
        fastest = [min((medians[peer] for peer in peers if peer in medians), default=None) for peers in kinds.values()]
        cells = ["" if seconds is None else ratio(seconds, medians[ours], limit) for seconds in fastest]
        rows.append(f"| {name} | {PROBLEMS[name].weight_count} | {ours.split(', ')[1]} | {number(medians[ours], limit)} | "
                    + " | ".join(cells) + " |")
    return rows


def markdown(samples):
    loaded = sum((sample["others"] or 0) > LOADED for sample in samples)
    names = ("torch", "torch-levenberg-marquardt", "scipy", "scikit-learn", "numpy")
    text = [
        "Seconds of training on one core, medians over first weights (least – greatest); ratio: to this program's `lm`; "
        "a run that does not reach the loss within its limit counts as longer than that.", "",
        f"{time.strftime('%Y-%m-%d')}, {machine.processor()}, "
        + ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names) + ".", ""]
    if loaded:
        text += [f"**The machine was loaded**: before {loaded} of {len(samples)} runs other programs kept more than {LOADED} "
                 "cores busy.", ""]
    by_problem = groups(samples, "problem")
    for problem in (problem for name, problem in PROBLEMS.items() if (name,) in by_problem):
        found = {program: group for (program,), group in groups(by_problem[problem.name,], "program").items()}
        text += [f"`{problem.name}`: {problem.title}, {'-'.join(map(str, problem.sizes))} tanh, {problem.weight_count} weights.", ""]
        text += rows_of(problem.name, found) + [""]
    if any(sample["program"] in OURS for sample in samples):
        text += ["How many times as long the peers take to the same loss as the better of this program's two:", "", *goals(samples), ""]
    return "\n".join(text)
