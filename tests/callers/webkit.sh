#!/bin/bash
# WebKitGTK: pages in its sandboxed web process, on a virtual display.
# Packages: libwebkit2gtk-4.1-0 gir1.2-webkit2-4.1 gir1.2-gtk-3.0
# Packages: python3-gi xvfb xauth xdg-dbus-proxy bubblewrap dbus-daemon
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

mkdir site secret
echo 'not for the page' >secret/file
cat >site/page.html <<'END_OF_PAGE'
<!DOCTYPE html>
<title>loading</title>
<p id="text">sandboxed</p>
<canvas id="canvas" width="64" height="64"></canvas>
<img src="box.svg">
<script src="script.js"></script>
END_OF_PAGE
cat >site/script.js <<'END_OF_SCRIPT'
addEventListener("load", () => {
  const ink = document.getElementById("canvas").getContext("2d");
  ink.fillStyle = "rgb(1, 2, 3)";
  ink.fillRect(0, 0, 64, 64);
  const pixel = ink.getImageData(5, 5, 1, 1).data;
  const width = document.getElementById("text").getBoundingClientRect().width;
  const image = document.querySelector("img").naturalWidth;
  document.title = `done ${[...Array(10).keys()].reduce((a, b) => a + b)} ${pixel[2]} ${width > 0} ${image}`;
});
END_OF_SCRIPT
echo '<svg xmlns="http://www.w3.org/2000/svg" width="23" height="5"><rect width="9" height="5"/></svg>' >site/box.svg
cat >browse.py <<'END_OF_PROGRAM'
"""Loads a page as a browser does, twice: the second time after the process of the first has been killed."""
import os
import signal
import sys
import gi
gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import GLib, Gtk, WebKit2

seen = []

def web_process():
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            words = open(f"/proc/{pid}/cmdline").read().split("\0")
        except OSError:
            continue
        if os.path.basename(words[0]) == "WebKitWebProcess":
            return int(pid)

def describe(pid):
    status = dict(line.split(":\t", 1) for line in open(f"/proc/{pid}/status") if ":\t" in line)
    apart = [kind for kind in ("mnt", "pid", "user", "net", "ipc", "uts", "cgroup")
             if os.readlink(f"/proc/{pid}/ns/{kind}") != os.readlink(f"/proc/self/ns/{kind}")]
    print("namespaces:", *apart)
    print("status:", *(status[key].strip() for key in ("NoNewPrivs", "Seccomp", "CapEff", "CapBnd")))
    print("ids:", *(status[key].split()[0] for key in ("Uid", "Gid")))
    for path in ("/home/caller/secret/file", "/home/caller/site/page.html"):
        print("shown:", path, os.path.exists(f"/proc/{pid}/root{path}"))

def title_changed(view, _):
    title = view.get_title()
    if not title or not title.startswith("done"):
        return
    print("title:", title)
    pid = web_process()
    describe(pid)
    seen.append(pid)
    if len(seen) == 1:
        os.kill(pid, signal.SIGKILL)
    else:
        print("another process:", seen[0] != seen[1])
        view.get_snapshot(WebKit2.SnapshotRegion.VISIBLE, WebKit2.SnapshotOptions.NONE, None, taken)

def taken(view, result):
    surface = view.get_snapshot_finish(result)
    print("picture:", surface is not None)
    Gtk.main_quit()

def terminated(view, reason):
    print("terminated:", reason.value_nick)
    view.load_uri(sys.argv[1])

def too_late():
    print("nothing more happens")
    Gtk.main_quit()

context = WebKit2.WebContext.get_default()
context.set_sandbox_enabled(True)
context.add_path_to_sandbox("/home/caller/site", True)
view = WebKit2.WebView.new_with_context(context)
view.connect("notify::title", title_changed)
view.connect("web-process-terminated", terminated)
window = Gtk.Window()
window.add(view)
window.set_default_size(400, 300)
window.show_all()
view.load_uri(sys.argv[1])
GLib.timeout_add_seconds(50, too_late)
Gtk.main()
END_OF_PROGRAM

run dbus-run-session -- xvfb-run -a -s '-screen 0 640x480x24' \
  /usr/bin/python3 browse.py file:///home/caller/site/page.html
count() { grep -cx "$1" <<<"$out"; }
is 'a page is loaded, laid out and painted, and its script runs' "$(count 'title: done 45 3 true 23')" 2
is 'its process has the namespaces that were asked for' "$(count 'namespaces: mnt pid user net uts')" 2
is '  no_new_privs, a filter, and no capability' "$(count 'status: 1 2 0000000000000000 0000000000000000')" 2
is '  the ids of the caller' "$(count 'ids: 61234 61234')" 2
is '  the page that it was given' "$(count 'shown: /home/caller/site/page.html True')" 2
is '  and nothing else of the home' "$(count 'shown: /home/caller/secret/file False')" 2
is 'the browser learns that the process was killed' "$(count 'terminated: crashed')" 1
is '  and shows the page in another' "$(count 'another process: True')" 1
is 'a picture of the page can be taken' "$(count 'picture: True')" 1
plan
