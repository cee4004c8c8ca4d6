# The tests: how to add one is in CONTRIBUTING.md.

unit_tests = tests/unit-failure tests/unit-options tests/unit-plan tests/unit-profile \
	tests/unit-rules

# Each file is a program of its own, for the shell tests to run.
helpers = \
	tests/helpers/attach \
	tests/helpers/deny-syscall \
	tests/helpers/exchange \
	tests/helpers/fill-queue \
	tests/helpers/fork-away \
	tests/helpers/hold-fds \
	tests/helpers/how-ended \
	tests/helpers/ignore-all \
	tests/helpers/kill-all \
	tests/helpers/landlocked \
	tests/helpers/list-fds \
	tests/helpers/mark-filter \
	tests/helpers/on-terminal \
	tests/helpers/open-path \
	tests/helpers/reach-host \
	tests/helpers/record-words \
	tests/helpers/remount-rw \
	tests/helpers/rename-race \
	tests/helpers/sealed \
	tests/helpers/serve-fuse \
	tests/helpers/session-key \
	tests/helpers/signal-counter \
	tests/helpers/tcp \
	tests/helpers/try-calls \
	tests/helpers/try-lock \
	tests/helpers/tty-inject \
	tests/helpers/unix-socket \
	tests/helpers/use-up \
	tests/helpers/write-lock

# What looks at the source tree; needs no sandbox.
source_tests = \
	tests/check-budgets.sh \
	tests/check-codes.sh \
	tests/check-corpus.sh \
	tests/check-generated.sh \
	tests/check-options-tested.sh \
	tests/check-schema.sh \
	tests/check-wrap.sh

# What looks at the object files and the binary, as they are without a sanitizer in them.
binary_tests = \
	tests/budget-calls.sh \
	tests/check-fork-line.sh \
	tests/check-hardening.sh

# What runs more of other programs than of hutch: a sanitizer would see nothing there.
plain_tests = \
	tests/completions.sh \
	tests/examples-desktop.sh \
	tests/examples.sh \
	tests/real-job.sh \
	tests/scale.sh

# What runs hutch from outside.
integration_tests = \
	tests/basics.sh \
	tests/bwrap-contract-documents.sh \
	tests/bwrap-contract-files.sh \
	tests/bwrap-contract-process.sh \
	tests/bwrap-contract-shapes.sh \
	tests/bwrap-contract.sh \
	tests/bwrap-probes.sh \
	tests/codes.sh \
	tests/data-fds.sh \
	tests/dbus.sh \
	tests/doctor.sh \
	tests/dry-run.sh \
	tests/explain.sh \
	tests/files.sh \
	tests/handover.sh \
	tests/lifetime.sh \
	tests/namespaces.sh \
	tests/net.sh \
	tests/overlay.sh \
	tests/print-plan.sh \
	tests/process.sh \
	tests/profiles.sh \
	tests/reach.sh \
	tests/remedies.sh \
	tests/root-basics.sh \
	tests/root-bwrap-contract.sh \
	tests/root-codes.sh \
	tests/root-doctor.sh \
	tests/root-explain.sh \
	tests/root-handover.sh \
	tests/root-print-plan.sh \
	tests/root-reach.sh \
	tests/root-status-fd.sh \
	tests/seccomp-filters.sh \
	tests/security.sh \
	tests/shipped-profiles.sh \
	tests/status-fd.sh \
	tests/status-schema.sh \
	tests/symlinks.sh \
	tests/trace.sh \
	tests/wrap.sh

# A minute's worth: a part of each area.
quick_tests = \
	$(unit_tests) \
	$(source_tests) \
	tests/check-fork-line.sh \
	tests/check-hardening.sh \
	tests/basics.sh \
	tests/bwrap-contract.sh \
	tests/codes.sh \
	tests/data-fds.sh \
	tests/dry-run.sh \
	tests/files.sh \
	tests/lifetime.sh \
	tests/namespaces.sh \
	tests/net.sh \
	tests/overlay.sh \
	tests/print-plan.sh \
	tests/process.sh \
	tests/profiles.sh \
	tests/remedies.sh \
	tests/root-basics.sh \
	tests/root-doctor.sh \
	tests/trace.sh

# What runs the examples that fetch something or want heavy packages: make check-examples.
example_tests = \
	tests/examples-hello.sh \
	tests/examples-npm.sh \
	tests/examples-package.sh

# What the tests compare with.
data_files = \
	tests/data/budgets \
	tests/data/bwrap/contract-probe.sh \
	tests/data/bwrap/lifetime-probe.py \
	tests/data/bwrap/lifetime.txt \
	tests/data/bwrap/root.txt \
	tests/data/bwrap/user.txt \
	tests/data/dbus-client.py \
	tests/data/complete.py \
	tests/data/explain/pairs.py \
	tests/data/explain/probe.py \
	tests/data/explain/tree.py \
	tests/data/launch-round-trip.py \
	tests/data/plan-round-trip.py

# The benchmark.
bench_files = \
	tests/bench/bench.py \
	tests/bench/floor.c \
	tests/bench/measure.py \
	tests/bench/mounts.c \
	tests/bench/report.py \
	tests/bench/spawn.c \
	tests/bench/work.c \
	tests/bench/workloads.py

# The real callers of bubblewrap.
caller_files = \
	tests/callers/ansible-runner.sh \
	tests/callers/bubblewrap-tests.sh \
	tests/callers/buildstream.sh \
	tests/callers/flatpak-builder.sh \
	tests/callers/flatpak.sh \
	tests/callers/gnome-thumbnailers.sh \
	tests/callers/lib.sh \
	tests/callers/mat2.sh \
	tests/callers/opam.sh \
	tests/callers/recorder.c \
	tests/callers/room.sh \
	tests/callers/run \
	tests/callers/webkit.sh \
	tests/callers/xdg-desktop-portal.sh

# What check-attack runs.
attack_files = \
	tests/attack/faults.sh \
	tests/attack/inputs.sh \
	tests/attack/lib.sh \
	tests/attack/races.sh \
	tests/attack/run \
	tests/attack/storms.sh

# What the fuzzers begin with, and words that they put together.
fuzz_files = \
	tests/fuzz/corpus \
	tests/fuzz/entry.dict \
	tests/fuzz/facts.dict \
	tests/fuzz/failure.dict \
	tests/fuzz/interpreter.dict \
	tests/fuzz/options.dict \
	tests/fuzz/profiles.dict \
	tests/fuzz/rules.dict

# The machines of check-kernels.
kernel_files = \
	tests/kernels/apparmor-profile.py \
	tests/kernels/collect.awk \
	tests/kernels/guest \
	tests/kernels/guest-apparmor.sh \
	tests/kernels/guest-cgroup.sh \
	tests/kernels/guest-codes.sh \
	tests/kernels/guest-doctor.sh \
	tests/kernels/guest-explain.sh \
	tests/kernels/guest-mounts.sh \
	tests/kernels/guest-sysctl.sh \
	tests/kernels/init \
	tests/kernels/run \
	tests/kernels/scenario.sh

# What check-packages runs.
package_files = \
	tests/packages/apparmor.sh \
	tests/packages/archive.sh \
	tests/packages/debian.sh \
	tests/packages/guest-packaged.sh \
	tests/packages/rpm.sh \
	tests/packages/run

# The fuzz targets, which replay their corpora here; check-fuzz makes fuzzers of them.
fuzz_programs = \
	tests/fuzz/entry \
	tests/fuzz/facts \
	tests/fuzz/failure \
	tests/fuzz/filter \
	tests/fuzz/interpreter \
	tests/fuzz/options \
	tests/fuzz/profiles \
	tests/fuzz/rules

check_PROGRAMS += $(unit_tests) $(helpers) $(fuzz_programs)
dist_check_SCRIPTS = $(source_tests) $(binary_tests) $(plain_tests) $(integration_tests) $(example_tests)
TESTS += $(unit_tests) $(source_tests) $(integration_tests)
if !SANITIZERS
TESTS += $(binary_tests) $(plain_tests)
endif
EXTRA_DIST += \
	$(attack_files) \
	$(bench_files) \
	$(caller_files) \
	$(data_files) \
	$(fuzz_files) \
	$(kernel_files) \
	$(package_files) \
	tests/.clang-tidy \
	tests/cppcheck-suppressions \
	tests/fork-line-symbols.txt \
	tests/lib-bwrap.sh \
	tests/lib-codes.sh \
	tests/lib-doctor.sh \
	tests/lib-examples.sh \
	tests/lib-reach.sh \
	tests/lib-status.sh \
	tests/lib.sh

unit_test_libs = libhutch.a $(dynamic_libs)
tests_unit_failure_LDADD = $(unit_test_libs)
tests_unit_options_LDADD = $(unit_test_libs)
tests_unit_plan_LDADD = $(unit_test_libs)
tests_unit_profile_LDADD = $(unit_test_libs)
tests_unit_rules_LDADD = $(unit_test_libs)

# What gives them a main(): a file of their own, or libFuzzer.
fuzz_driver = tests/fuzz/replay.$(OBJEXT)
fuzz_libs = $(fuzz_driver) libhutch.a $(dynamic_libs)
fuzz_common = tests/fuzz/fuzz.c tests/fuzz/fuzz.h
fuzz_command = tests/fuzz/command.c tests/fuzz/command.h
tests_fuzz_entry_SOURCES = tests/fuzz/entry.c desktop-entry.c desktop-exec.c $(fuzz_common)
tests_fuzz_entry_LDADD = $(fuzz_libs)
tests_fuzz_facts_SOURCES = tests/fuzz/facts.c $(fuzz_common)
tests_fuzz_facts_LDADD = $(fuzz_libs)
tests_fuzz_failure_SOURCES = tests/fuzz/failure.c $(fuzz_common)
tests_fuzz_failure_LDADD = $(fuzz_libs)
tests_fuzz_filter_SOURCES = tests/fuzz/filter.c $(fuzz_common)
tests_fuzz_filter_LDADD = $(fuzz_libs)
tests_fuzz_interpreter_SOURCES = tests/fuzz/interpreter.c $(fuzz_common)
tests_fuzz_interpreter_LDADD = $(fuzz_libs)
tests_fuzz_options_SOURCES = tests/fuzz/options.c $(fuzz_common) $(fuzz_command)
EXTRA_tests_fuzz_options_SOURCES = tests/fuzz/replay.c
tests_fuzz_options_LDADD = $(fuzz_libs)
tests_fuzz_profiles_SOURCES = tests/fuzz/profiles.c $(fuzz_common) $(fuzz_command)
tests_fuzz_profiles_LDADD = $(fuzz_libs)
tests_fuzz_rules_SOURCES = tests/fuzz/rules.c $(fuzz_common)
tests_fuzz_rules_LDADD = $(fuzz_libs)

TEST_EXTENSIONS = .sh
tap_driver = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_DRIVER = $(tap_driver)
SH_LOG_DRIVER = $(tap_driver)
SH_LOG_COMPILER = $(BASH_SHELL)

# Measures time, so it runs when the other tests are over.
tests/scale.log: $(filter-out tests/scale.log,$(TEST_LOGS))

test_environment = \
	top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' \
	srcdir='$(abs_top_srcdir)' builddir='$(abs_top_builddir)' \
	HUTCH='$(abs_top_builddir)/hutch$(EXEEXT)' \
	HUTCH_HELPERS='$(abs_top_builddir)/tests/helpers' \
	HUTCH_MUST_WORK="$${HUTCH_MUST_WORK-}" \
	HUTCH_VERSION='$(PACKAGE_VERSION)' \
	HUTCH_LINK='$(LINK_KIND)' \
	REGEN='$(abs_top_builddir)/tools/regen$(EXEEXT)'

AM_TESTS_ENVIRONMENT = export $(test_environment) NM='$(NM)' READELF='$(READELF)' \
	HUTCH_FLAGS='$(HARDEN_CPPFLAGS) $(HARDEN_CFLAGS) $(CPPFLAGS) $(CFLAGS)' \
	HUTCH_RIGHT_SOURCES='$(right_sources)' \
	HUTCH_DISTRIBUTED='$(DISTFILES)';
if SANITIZERS
# What the plan is made of lives as long as the process, and so is no leak.
AM_TESTS_ENVIRONMENT += export HUTCH_SANITIZERS=yes \
	ASAN_OPTIONS="$${ASAN_OPTIONS-detect_leaks=0}" \
	UBSAN_OPTIONS="$${UBSAN_OPTIONS-print_stacktrace=1}";
endif

# --- Longer tests, which `make check` leaves out ---------------------------------------------

check-quick:
	$(AM_V_at)$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(quick_tests)'

# That the tarball builds, and holds what the tests need.
distcheck-quick:
	$(AM_V_at)$(MAKE) $(AM_MAKEFLAGS) distcheck TESTS='$(quick_tests)'

# All examples, those that want a network, too.
check-examples:
	$(AM_V_at)$(MAKE) $(AM_MAKEFLAGS) check TESTS='tests/examples.sh tests/examples-desktop.sh $(example_tests)'

check-kernels: all $(check_PROGRAMS)
	$(AM_V_at)$(test_environment) $(BASH_SHELL) $(srcdir)/tests/kernels/run $(KERNELS)

# From a copy of the sources, as a source tree that is configured itself takes no other build.
check-sanitizers:
	$(AM_V_at)rm -rf $@.d && mkdir -p $@.d/build
	$(AM_V_at)$(MAKE) $(AM_MAKEFLAGS) distdir distdir=$@.d/source
	$(AM_V_at)cd $@.d/build && ../source/configure -q --enable-sanitizers CC='$(CC)'
	$(AM_V_at)cd $@.d/build && $(MAKE) $(AM_MAKEFLAGS) check

clean-local:
	rm -rf check-fuzz.d check-sanitizers.d deb rpm

# The release archive, and packages made of it: installed, used and removed.
check-packages: hutch$(EXEEXT) dist
	$(AM_V_at)ARCHIVE='$(distdir).tar.xz' HUTCH='hutch$(EXEEXT)' \
	  $(BASH_SHELL) $(srcdir)/tests/packages/run

# Unmodified callers of bubblewrap, on hutch: CALLERS_INSTALL=1 installs them first.
check-callers: hutch$(EXEEXT)
	$(AM_V_at)HUTCH='$(abs_top_builddir)/hutch$(EXEEXT)' CC='$(CC)' \
	  $(BASH_SHELL) $(srcdir)/tests/callers/run $(CALLERS)

# Faults, kills and races: ATTACK_SECONDS=60 makes each part that long, ATTACKS=races picks one.
attack_programs = \
	tests/attack/fault \
	tests/attack/idle \
	tests/attack/portrait \
	tests/attack/storm
tests_attack_fault_SOURCES = tests/attack/fault.c tests/attack/trace.c tests/attack/trace.h
tests_attack_storm_SOURCES = tests/attack/storm.c tests/attack/storm-crowd.c \
	tests/attack/storm-parents.c tests/attack/storm.h
if STATIC_PIE
# The payloads: fewer instructions in each of many starts.
tests_attack_idle_LDFLAGS = -static-pie $(HARDEN_LDFLAGS)
tests_attack_portrait_LDFLAGS = -static-pie $(HARDEN_LDFLAGS)
endif
attack_environment = \
	HUTCH='$(abs_top_builddir)/hutch$(EXEEXT)' \
	ATTACK_PROGRAMS='$(attack_programs) tests/helpers/rename-race$(EXEEXT)'
attack_needs = hutch$(EXEEXT) $(attack_programs) tests/helpers/rename-race$(EXEEXT)
check-attack: $(attack_needs)
	$(AM_V_at)fuzzers=; \
	case ' $(ATTACKS) ' in \
	  '  '|*' inputs '*) if $(can_fuzz); then $(build_fuzzers) || exit; fuzzers=$(fuzzers); fi ;; \
	esac; \
	$(attack_environment) FUZZERS="$$fuzzers" $(BASH_SHELL) $(srcdir)/tests/attack/run $(ATTACKS)

# Of that the inputs alone: FUZZ_SECONDS=600 makes each target that long, FUZZ_TARGETS="options rules" picks some.
# The fuzzers are built from a copy of the sources, by clang, with its sanitizers.
FUZZ_CC = clang
fuzzers = '$(abs_top_builddir)/check-fuzz.d/build/tests/fuzz'
can_fuzz = echo 'int main(void) { return 0; }' | \
	$(FUZZ_CC) -fsanitize=address,undefined -x c -o /dev/null - >/dev/null 2>&1
build_fuzzers = { rm -rf check-fuzz.d && mkdir -p check-fuzz.d/build && \
	$(MAKE) $(AM_MAKEFLAGS) distdir distdir=check-fuzz.d/source && cd check-fuzz.d/build && \
	../source/configure -q --enable-sanitizers CC='$(FUZZ_CC)' CFLAGS='-O1 -g -fsanitize=fuzzer-no-link' && \
	$(MAKE) $(AM_MAKEFLAGS) libhutch.a && \
	$(MAKE) $(AM_MAKEFLAGS) fuzz_driver= LDFLAGS=-fsanitize=fuzzer $(fuzz_programs) && cd ../..; }
check-fuzz: $(attack_needs)
	$(AM_V_at)$(build_fuzzers)
	$(AM_V_at)$(attack_environment) FUZZERS=$(fuzzers) $(BASH_SHELL) $(srcdir)/tests/attack/run inputs

# The same objects linked dynamically, whatever the program itself is.
EXTRA_PROGRAMS = $(attack_programs) tests/bench/hutch-dynamic
tests_bench_hutch_dynamic_SOURCES = sandbox.c
tests_bench_hutch_dynamic_LDADD = libhutch.a $(dynamic_libs)
CLEANFILES += $(EXTRA_PROGRAMS) bench.json bench-binds.svg bench-mounts.svg

# What hutch costs, beside others: BENCH_FLAGS=--quick takes a minute.
BENCH_FLAGS =
bench: hutch$(EXEEXT) tests/bench/hutch-dynamic$(EXEEXT)
	$(AM_V_at)HUTCH='$(abs_top_builddir)/hutch$(EXEEXT)' CC='$(CC)' \
	  HUTCH_DYNAMIC='$(abs_top_builddir)/tests/bench/hutch-dynamic$(EXEEXT)' \
	  $(PYTHON3) -B $(srcdir)/tests/bench/bench.py --json bench.json --svg . $(BENCH_FLAGS)

# What budget-calls.sh holds the program to, after a change that is meant.
record-budgets: hutch$(EXEEXT)
	$(AM_V_at)HUTCH='$(abs_top_builddir)/hutch$(EXEEXT)' \
	  $(BASH_SHELL) $(srcdir)/tests/budget-calls.sh --record

.PHONY: bench check-attack check-callers check-examples check-fuzz check-kernels check-packages \
	check-quick check-sanitizers distcheck-quick record-budgets
