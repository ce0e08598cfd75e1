# shellcheck shell=bash disable=SC2154
# Builds in release. Sourced by ./busbar.

release_folder() { printf '%s' "$root/.build/release"; }

# What a build depends on: newer than the last build means building again. Takes milliseconds, where SwiftPM
# takes seconds to find that nothing has changed.
is_up_to_date() {
    local mark=$logs/$1
    [ -f "$mark" ] || return 1
    local program
    for program in busbar allocator price-feed notifier devnet; do [ -x "$(release_folder)/$program" ] || return 1; done
    # By content: the build itself may write this one.
    [ "$(pins)" = "$(cat "$mark.pins" 2>/dev/null)" ] || return 1
    [ -z "$(find "$root/Package.swift" "$root/Shared" "$root/Services" "$logs/swift-version" \
        -newer "$mark" -print -quit 2>/dev/null)" ]
}

pins() { cksum 2>/dev/null <<<"$(cat "$root/Package.resolved" 2>/dev/null)"; }

build_release() {
    [ -z "$no_build" ] || return 0
    if is_up_to_date release; then return; fi
    mkdir -p "$logs"
    # The time before the build: what is edited meanwhile is newer.
    touch "$logs/release.new"
    say "Building in release; the first time takes several minutes."
    with_progress "the executables" "$logs/build.log" swift build --package-path "$root" -c release
    pins >"$logs/release.pins"
    mv -f -- "$logs/release.new" "$logs/release"
}

# with_progress WHAT LOG COMMAND…: shows how far a build is, keeps the whole output, and on failure shows the errors.
with_progress() {
    local what=$1 log=$2 start=$SECONDS status=0
    shift 2
    : >"$log"
    if is_terminal; then
        "$@" > >(tee -a "$log" | progress_line) 2>&1 </dev/null || status=$?
        wait
        printf '\r\033[K' >&2
    else
        "$@" > >(tee -a "$log" | progress_plain) 2>&1 </dev/null || status=$?
        wait
    fi
    if [ "$status" != 0 ]; then
        say "Building $what failed:"
        { grep -E -A 3 '(^|[^a-z])(error|fatal error):' "$log" || tail -n 20 "$log"; } | awk '!seen[$0]++' | head -n 40 >&2
        die "build failed; the whole log is $log"
    fi
    say "Built $what in $((SECONDS - start)) s."
}

# One line that is written over.
progress_line() {
    local line
    while IFS= read -r line; do
        [[ $line =~ ^\[[0-9]+/[0-9]+\]|^(Fetching|Fetched|Computing|Cloning|Working|Creating|Updating|Resolv|Compiling|Building) ]] || continue
        printf '\r\033[K%s' "${line:0:$((${COLUMNS:-80} - 1))}" >&2
    done
}

# A line at most each five seconds.
progress_plain() {
    local line last=-5
    while IFS= read -r line; do
        [[ $line =~ ^\[[0-9]+/[0-9]+\]|^(Fetching|Computing|Cloning|Creating|Updating|Building) ]] || continue
        if ((SECONDS - last >= 5)); then
            last=$SECONDS
            say "$line"
        fi
    done
}
