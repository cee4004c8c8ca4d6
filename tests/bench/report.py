"""What was measured, as a table, as verdicts on the bounds, as JSON and as curves."""

import os
import shutil
import subprocess

from measure import median, percentile

REFERENCES = ("bwrap", "floor", "outside")
CURVES = {"binds": "read-only binds", "mounts": "mounts on the host"}


def summary(samples):
    """The numbers that stand for all samples."""
    return {"samples": samples, "median": median(samples), "p95": percentile(samples, 0.95),
            "least": min(samples)}


def ratio(peers, name, reference, key="median"):
    """How many times as much NAME has as REFERENCE, or None where one is missing."""
    try:
        return peers[name][key] / peers[reference][key]
    except (KeyError, TypeError, ZeroDivisionError):
        return None


def decimals(value, form):
    return "-" if value is None else form % value


def print_table(rows):
    """The first row is the head; the first column is text, the others are numbers."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for number, row in enumerate(rows):
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("  ".join(cells).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))


def time_rows(name, workload):
    peers = workload["peers"]
    references = [r for r in REFERENCES if r in peers]
    rows = [[name, "median ms", "p95 ms", "least ms", "runs"] + ["/ " + r for r in references]]
    for peer, found in peers.items():
        times = ["%.3f" % (found[key] / 1e6) for key in ("median", "p95", "least")]
        ratios = [decimals(ratio(peers, peer, r), "%.3f") for r in references]
        rows.append([peer, *times, str(len(found["samples"])), *ratios])
    return rows


def rate_rows(name, workload):
    peers = workload["peers"]
    references = [r for r in REFERENCES if r in peers]
    rows = [[name, "a second"] + ["/ " + r for r in references]]
    for peer, found in peers.items():
        ratios = [decimals(ratio(peers, peer, r, "rate"), "%.2f") for r in references]
        rows.append([peer, "%.0f" % found["rate"], *ratios])
    return rows


def memory_rows(name, workload):
    columns = ("processes", "resident", "peak", "private", "dirty", "wakeups")
    rows = [[name] + [c + " KiB" if c in columns[1:5] else c for c in columns]]
    for peer, found in workload["peers"].items():
        rows.append([peer] + [decimals(found[column], "%d") for column in columns])
    return rows


def count_rows(name, workload):
    columns = ("monitor calls", "monitor+loader calls", "reaper calls", "payload calls",
               "monitor instructions")
    rows = [[name, *columns]]
    for peer, found in workload["peers"].items():
        rows.append([peer] + [decimals(found.get(column), "%d") for column in columns])
    return rows


ROWS = {"time": time_rows, "rate": rate_rows, "memory": memory_rows, "count": count_rows}


def print_workloads(workloads):
    for name, workload in workloads.items():
        if workload["peers"]:
            print()
            print_table(ROWS[workload["kind"]](name, workload))
    missing = {}
    for name, workload in workloads.items():
        for peer, reason in workload["failures"].items():
            missing.setdefault((peer, reason), []).append(name)
    for (peer, reason), names in missing.items():
        print("\nnot measured: %s, %s: %s" % (peer, ", ".join(names), reason))


def bounds(workloads):
    """(what, value, kind of bound, bound) for each that can be told from what was measured."""

    def of(name):
        return workloads.get(name, {"peers": {}})["peers"]

    def field(name, key, peer="hutch"):
        return of(name).get(peer, {}).get(key)

    found = []
    for name in ("tiny", "tiny-net"):
        found.append((name + " / bwrap", ratio(of(name), "hutch", "bwrap"), "<=", 0.50))
        found.append((name + " / floor", ratio(of(name), "hutch", "floor"), "<=", 1.15))
    found.append(("binds 2000 / bwrap", ratio(of("binds 2000"), "hutch", "bwrap"), "<=", 0.006))
    found.append(("binds 2000 / floor", ratio(of("binds 2000"), "hutch", "floor"), "<=", 1.15))
    few, many = field("binds 500", "median"), field("binds 5000", "median")
    found.append(("time per bind, 5000 / 500", few and many and many / few / 10, "<=", 1.2))
    found.append(("mounts 425 / bwrap", ratio(of("mounts 425"), "hutch", "bwrap"), "<=", 0.17))
    for name in ("rate 1", "rate 2"):
        found.append((name + " / bwrap", ratio(of(name), "hutch", "bwrap", "rate"), ">=", 2))
    resident = ratio(of("memory"), "hutch", "bwrap", "resident")
    found.append(("resident memory / bwrap", resident, "<=", 1))
    found.append(("private memory, KiB", field("memory", "private"), "<=", 1023))
    found.append(("wake-ups at rest", field("memory", "wakeups"), "<=", 0))
    found.append(("files / outside", ratio(of("files"), "hutch", "outside"), "<=", 1.01))
    return [bound for bound in found if bound[1] is not None]


def judge(workloads):
    verdicts = []
    for what, value, sign, bound in bounds(workloads):
        held = value <= bound if sign == "<=" else value >= bound
        verdicts.append({"what": what, "value": value, "bound": sign + " %g" % bound, "held": held})
    return verdicts


def print_verdicts(verdicts):
    rows = [["bound", "value", "wanted", ""]]
    for verdict in verdicts:
        rows.append([verdict["what"], "%.4g" % verdict["value"], verdict["bound"],
                     "held" if verdict["held"] else "MISSED"])
    if len(rows) > 1:
        print()
        print_table(rows)


def curve_of(workloads, family):
    """{peer: [(number, milliseconds)]}"""
    curves = {}
    for name, workload in workloads.items():
        head, _, number = name.partition(" ")
        if head != family or not number:
            continue
        for peer, found in workload["peers"].items():
            curves.setdefault(peer, []).append((int(number), found["median"] / 1e6))
    return {peer: points for peer, points in curves.items() if len(points) > 1}


def draw(workloads, family, path):
    """Draws one family of workloads as an SVG. Returns why not, or None."""
    curves = curve_of(workloads, family)
    if not curves:
        return None
    if not shutil.which("gnuplot"):
        return "gnuplot is not installed"
    script = ["set terminal svg size 760,480 dynamic background rgb 'white' font 'sans-serif,13'",
              "set output '%s'" % path.replace("'", "''"),
              "set logscale xy", "set grid", "set key top left",
              "set xlabel '%s'" % CURVES[family],
              "set ylabel 'spawn to exit, median, milliseconds'"]
    plots = []
    for number, (peer, points) in enumerate(curves.items()):
        script.append("$data%d << EOD" % number)
        script += ["%d %.6f" % point for point in points]
        script.append("EOD")
        plots.append("$data%d using 1:2 with linespoints linewidth 2 title '%s' noenhanced"
                     % (number, peer.replace("'", "''")))
    script.append("plot " + ", ".join(plots))
    done = subprocess.run(["gnuplot"], input="\n".join(script) + "\n", capture_output=True,
                          text=True, check=False)
    return done.stderr.strip() or "gnuplot failed" if done.returncode != 0 else None


def draw_all(workloads, directory):
    os.makedirs(directory, exist_ok=True)
    for family in CURVES:
        reason = draw(workloads, family, os.path.join(directory, "bench-%s.svg" % family))
        if reason:
            print("\nno curve of %s: %s" % (family, reason))
