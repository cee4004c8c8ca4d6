# Turns the machines' framed output into one TAP stream:
#   @@ machine VERSION, then for each script @@ begin NAME, its TAP, @@ end STATUS SECONDS,
#   @@ done when the guest reached its end, @@ off LOG when the machine is gone.
# Exit status 1 when a test failed or none ran.

function result(passed, text) {
  printf "%s %d - %s: %s%s\n", passed ? "ok" : "not ok", ++total, machine, \
         script ? script ": " : "", text
  fflush()
  if (!passed)
    failed[machine]++
  else if (text ~ /# (SKIP|skip)/)
    skipped[machine]++
  else
    succeeded[machine]++
  all_failed += !passed
}

# A script fails as a whole when it says so by its exit status only, or did not run all it planned.
function end_script(status,    wrong) {
  if (planned == "")
    wrong = "no plan"
  else if (planned != ran)
    wrong = "planned " planned " tests, ran " ran
  else if (status != 0 && !script_failed)
    wrong = "no test failed"
  if (status == 124 || status == 137)
    wrong = "took too long"
  if (wrong != "")
    result(0, wrong ", exit status " status)
  script = ""
}

{ sub(/\r$/, "") }
$1 == "@@" && $2 == "machine" {
  machine = $3
  machines[++count] = machine
  finished = booted = 0
  next
}
$1 == "@@" && $2 == "kernel" {
  booted = 1
  print "# " machine ": Linux " $3
  next
}
$1 == "@@" && $2 == "begin" {
  script = $3
  planned = ""
  ran = script_failed = 0
  next
}
$1 == "@@" && $2 == "end" {
  end_script($3)
  if ($4 > 0)
    print "# took " $4 " s"
  next
}
$1 == "@@" && $2 == "done" {
  finished = 1
  next
}
$1 == "@@" && $2 == "off" {
  if (!finished) {
    result(0, booted ? "the guest did not finish in time" : "the kernel did not start the tests")
    while ((getline line < $3) > 0)
      print "# console: " line
  }
  script = ""
  next
}
script == "" { next }
/^1\.\.[0-9]+/ {
  planned = substr($1, 4)
  if ($0 ~ /# *(SKIP|skip)/) {
    sub(/^.*# */, "# ")
    result(1, $0)
  }
  next
}
/^(not )?ok([ \t]|$)/ {
  passed = $1 == "ok"
  ran++
  script_failed += !passed
  text = $0
  sub(/^(not )?ok[ \t]*[0-9]*[ \t]*(- )?/, "", text)
  result(passed, text)
  next
}
/^Bail out!/ { result(0, $0) }
/^#/ { print }
!/^#/ && NF { print "# " $0 }

END {
  print "1.." total + 0
  for (i = 1; i <= count; i++) {
    machine = machines[i]
    printf "# %s: %d passed, %d failed, %d skipped\n", machine, succeeded[machine], \
           failed[machine], skipped[machine]
  }
  exit all_failed > 0 || total == 0
}
