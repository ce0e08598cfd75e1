# shellcheck shell=bash disable=SC2154
# Runs the tests. Sourced by ./busbar.

# run_tests [FILTER]: without filter everything; with one only the tests whose name matches, and no end-to-end
# release build unless it names an end-to-end suite.
run_tests() {
    local filter=${1:-} status=0
    [ $# -le 1 ] || die "test takes one filter at most"
    mkdir -p "$logs"
    local arguments=(--package-path "$root")
    case $filter in
    "") build_release ;;
    *EndToEnd*) build_release; arguments+=(--filter "$filter") ;;
    *) arguments+=(--filter "$filter") ;;
    esac
    # The end-to-end tests start the release executables from here.
    export BUSBAR_TEST_EXECUTABLES
    BUSBAR_TEST_EXECUTABLES=$(release_folder)

    with_progress "the tests" "$logs/test-build.log" swift build --package-path "$root" --build-tests
    # More at once than the cores can carry makes tests of time limits fail for want of a turn.
    export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=${SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH:-8}
    say "Running the tests; each starts the servers it needs."
    : >"$logs/test.log"
    if [ -n "$filter" ]; then
        run_part "${arguments[@]}" || status=$?
    else
        # The end-to-end tests measure themselves against time on chain: they come after the others, not beside them.
        run_part "${arguments[@]}" --skip EndToEndTests || status=$?
        run_part "${arguments[@]}" --filter EndToEndTests || status=$?
    fi
    summary "$status"
    return "$status"
}

# run_part ARGUMENT…: one run of the test runner, added to the log.
run_part() {
    local status=0
    swift test "$@" --skip-build 2>&1 </dev/null | tee -a "$logs/test.log" | test_lines || status=${PIPESTATUS[0]}
    return "$status"
}

# What a person wants to see while tests run: failures as they come, and the runner's closing lines.
test_lines() {
    grep --line-buffered -vE '^(◇|↳|\[[0-9]+/)|started( at .*)?\.?$|^warning: .*is not used by any target' || true
}

# The runner's own numbers, and alone on the last line how many passed and failed.
summary() {
    local status=$1 number total=0 failed passed
    say ""
    # Of a test with arguments each case has a line of its own, and the test one more.
    failed=$(grep -E '^✘ Test .* failed after' "$logs/test.log" | grep -cvE '^✘ Test (run with|case passing) ' || true)
    for number in $(sed -nE 's/^(✔|✘) Test run with ([0-9]+) test.*/\2/p' "$logs/test.log"); do
        total=$((total + number))
    done
    # A run that broke down half-way has no closing line and has failed.
    if [ "$total" = 0 ] || { [ "$status" != 0 ] && [ "$failed" = 0 ]; }; then failed=$((failed + 1)); fi
    passed=$((total - failed))
    ((passed >= 0)) || passed=0
    [ "$status" = 0 ] || say "The whole output is in $logs/test.log"
    printf '%s\n' "$passed passed, $failed failed"
}
