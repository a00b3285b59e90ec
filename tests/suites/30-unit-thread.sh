# limit: 420
# Unit tests once more with clang, under ThreadSanitizer. Its shadow memory needs the usual address space, not the widest random one.
. tests/lib/suite.sh
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
sanitized_build build-tsan thread
usual=()
if setarch -R true 2>/dev/null; then usual=(setarch -R); fi
"${usual[@]}" tests/lib/meson_tap.py build-tsan --suite unit --timeout-multiplier 5
