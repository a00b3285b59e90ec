# limit: 420
# lane: sanitizers
# 200 stories made up by chance, from signing up to a review, each followed by the audit. STORY_SEED, STORY and STORIES choose others.
. tests/lib/suite.sh
files tests/stories '*test.mjs'
node_tests "${found[@]}"
