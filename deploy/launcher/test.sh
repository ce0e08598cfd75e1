# shellcheck shell=bash disable=SC2154
# Runs the tests. Sourced by ./busbar.

# run_tests [FILTER]: without filter everything; with one only the tests whose name matches, and no end-to-end
# release build unless it names an end-to-end suite.
#
# The last line says how many passed and failed. Right before it stands what failed, with its issues, for whoever sees
# only the end of the output. Where at most three tests of a part failed, each of them is run once more, alone: if all
# pass then, so does the part, and they are listed as unstable instead. A second failure, more failures, an issue of no
# test, or a runner that broke down: failed, and not repeated.
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
    passed=0 failed=0 failures='' unstable=''
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

# run_part ARGUMENT…: one run of the test runner, added to what has passed and failed.
run_part() {
    local log=$logs/test-part.log status=0 ran lost ids
    rm -f -- "$logs"/test-part*.xml
    run_logged "$log" "$@" --xunit-output "$logs/test-part.xml" || status=$?

    ran=$(closing_line "$log" | sed -E 's/.* run with ([0-9]+) test.*/\1/')
    lost=$(failed_tests "$log" | wc -l)
    if [ "$status" = 0 ] && [ "$ran" = 0 ]; then
        status=1 lost=1 failures+=$'no test has this name\n'
    elif [ -z "$ran" ]; then
        # It broke down half-way, at a test that is not among the failed; how many were still to come nobody knows.
        status=1 lost=$((lost + 1)) ran=$((lost + $(grep -cE '^(✔|━) Test .* passed after' "$log" || true)))
        failures+=$'the test runner broke down:\n'$(end_of_broken "$log")$'\n'
    elif [ "$status" != 0 ] && [ "$lost" = 0 ]; then
        lost=1
    fi
    if [ "$status" != 0 ] && may_be_repeated "$log"; then
        mapfile -t ids < <(failed_ids)
        if passes_again "${ids[@]}"; then
            unstable+="unstable: passed only when run again: $(list "${ids[@]}")"$'\n'$(issues "$log")$'\n'
            status=0 lost=0
        else
            failures+="failed, and not all of them passed when run again: $(list "${ids[@]}")"$'\n'
        fi
    fi
    [ "$status" = 0 ] || failures+=$(issues "$log")$'\n'
    failed=$((failed + lost)) passed=$((passed + (ran > lost ? ran - lost : 0)))
    return "$status"
}

# run_logged LOG ARGUMENT…: the test runner, shown, in a log of its own and in the log of all.
run_logged() {
    local log=$1 status=0
    shift
    : >"$log"
    swift test "$@" --skip-build 2>&1 </dev/null | tee -a "$log" "$logs/test.log" | test_lines || status=${PIPESTATUS[0]}
    return "$status"
}

# What a person wants to see while tests run: failures as they come, and the runner's closing lines.
test_lines() {
    grep --line-buffered -vE '^(◇|↳|\[[0-9]+/)|started( at .*)?\.?$|^warning: .*is not used by any target' || true
}

closing_line() { grep -E '^(✔|━|✘) Test run with [0-9]+ test' "$1" | tail -n 1; }

# As the log names them, one line each: of a test with arguments each case has a line of its own, and the test one more.
failed_tests() {
    sed -nE '/^✘ Test (run with|case passing) /d; s/^✘ (Test .*) failed after [0-9.]+ seconds.*/\1/p' "$1" |
        sed -E 's/ with [0-9]+ test cases?$//'
}

# As a filter names them, module.suite.function: only the runner's report knows the suite.
failed_ids() {
    awk -F'"' '/<testcase /{ id = $2 "." $4 } /<failure/ && !seen[id]++ { print id }' \
        "$logs/test-part-swift-testing.xml" 2>/dev/null |
        sed 's/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&apos;/'\''/g; s/&amp;/\&/g'
}

# A few failed, each is known by name, and every issue is one of theirs.
may_be_repeated() {
    local log=$1 lost
    lost=$(failed_tests "$log" | wc -l)
    closing_line "$log" >/dev/null && [ "$lost" -ge 1 ] && [ "$lost" -le 3 ] &&
        [ "$(failed_ids | wc -l)" = "$lost" ] &&
        [ "$(failed_tests "$log" | sort -u)" = \
            "$(sed -nE 's/^✘ (.*) recorded an issue( with| at|:).*/\1/p' "$log" | sort -u)" ]
}

# passes_again ID…: whether each passes when it runs alone. All are tried, so that the log tells of each.
passes_again() {
    local id status=0 log=$logs/test-again.log
    for id in "$@"; do
        say "Running once more, alone: $id"
        # A dot of the identifier may be a slash of the runner's, which goes on with the file after the parameters.
        run_logged "$log" --package-path "$root" \
            --filter "^$(sed 's/[][\^$*+?(){}|]/\\&/g; s/\./[.\/]/g' <<<"$id")" &&
            closing_line "$log" | grep -qE '^(✔|━) Test run with 1 test .* passed after' || status=1
    done
    return "$status"
}

list() { local IFS=,; sed 's/,/, /g' <<<"$*"; }

# issues LOG: what each failed test recorded, at most forty lines of a test. An issue goes on until the runner says
# something else; what is expected may take several lines.
issues() {
    awk '
        /^(✘|✔|◇|➜|━|⚠)/ { name = "" }
        /^✘ .* recorded an issue/ { name = $0; sub(/ recorded an issue.*/, "", name); lines = 0 }
        name != "" && ++lines <= 12 && ++count[name] <= 40 { print }
        name != "" && count[name] == 41 { print "  … and more of " substr(name, length("✘ ") + 1); count[name]++ }
    ' "$1"
}

# The reason and the last words of a runner that broke down.
end_of_broken() {
    { grep -m 3 -A 9 -E 'Fatal error|Program crashed|unexpected signal' "$1" || true; tail -n 10 "$1"; } |
        awk '!seen[$0]++ && ++lines <= 40'
}

# What failed or is unstable, and alone on the last line how many passed and failed.
summary() {
    say ""
    [ "$1" = 0 ] && [ -z "$unstable" ] || say "The whole output is in $logs/test.log"
    # In one stream with the last line, so that they stand before it.
    printf '%s\n' "$failures" | awk 'NF && ++lines <= 201 { print (lines > 200 ? "… and more" : $0) }'
    printf '%s\n' "$unstable" | awk 'NF'
    printf '%s\n' "$passed passed, $failed failed"
}
