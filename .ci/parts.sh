# Sourced by .ci/check and .ci/test. Runs every part, also after one that failed,
# so that one run shows all there is to repair.

failed=

# part NAME COMMAND...
part() {
    printf '\n== %s (%s)\n' "$1" "$(date +%H:%M:%S)"
    name=$1
    shift
    "$@" || failed="$failed, $name"
}

# Exits 1 when a part failed, and names each.
verdict() {
    [ -z "$failed" ] && return 0
    printf '\nFailed: %s. Each says above what and where.\n' "${failed#, }" >&2
    exit 1
}
