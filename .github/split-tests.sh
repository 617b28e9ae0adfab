#!/usr/bin/env bash
# The tests of one runner of several, for action.yml.
#
# In:  FILES, patterns of git, one a line; RUNNERS; INDEX, from 1; DURATIONS, a file or empty. rvhctl is on the PATH.
# Out: the file LIST, each name with a NUL behind it; list= and count= in the file GITHUB_OUTPUT.
set -euo pipefail

fail() {
    echo "::error title=Split tests::$1" >&2
    exit 1
}

patterns=()
while IFS= read -r pattern; do
    if [[ $pattern == *[![:space:]]* ]]; then
        patterns+=("$pattern")
    fi
done <<<"$FILES"
((${#patterns[@]})) || fail "files has no pattern"

# A pattern that finds nothing is misspelt; a runner without a test is not.
git ls-files -z --error-unmatch -- "${patterns[@]}" >"$LIST.all" || {
    (($? == 1)) && fail "a pattern of files finds no file"
    fail "there is no git repository here: actions/checkout comes before"
}
bound=()
if [[ $DURATIONS ]]; then
    bound=(--sizes "$DURATIONS" --max-load 1.05)
fi
# An empty array is no array to the bash of macOS.
rvhctl jump-hash -0 --only "$INDEX/$RUNNERS" --allow-empty ${bound[@]+"${bound[@]}"} "$LIST.all" >"$LIST" || {
    (($? == 1)) && fail "durations must be a JSON file with the seconds of tests (got $DURATIONS)"
    fail "index must be a number from 1 to runners (got index $INDEX, runners $RUNNERS)"
}
counted() {
    tr -dc '\0' <"$1" | wc -c | tr -d ' '
}

count=$(counted "$LIST")
echo "Runner $INDEX of $RUNNERS: $count of $(counted "$LIST.all") test files"
rm "$LIST.all"
printf 'list=%s\ncount=%s\n' "$LIST" "$count" >>"$GITHUB_OUTPUT"
