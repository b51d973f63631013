#!/bin/sh
# Waits for one session and goes on by the verdict. Usage: wait-and-branch.sh SESSION_ID [TIMEOUT]
#
# Needs YOTI_CLIENT_SDK_ID and YOTI_KEY_FILE_PATH, or a configuration. BRANCHWATCH names another
# binary than the one on the PATH.
set -u

branchwatch=${BRANCHWATCH:-branchwatch}
session=${1:?which session?}
timeout=${2:-2h}

"$branchwatch" wait "$session" --until completed --timeout "$timeout" --no-input
code=$?

case $code in
0)
    echo "approved: go on with the order"
    ;;
20)
    echo "REJECT: the reasons are"
    "$branchwatch" show "$session" --part checks --no-input 2>/dev/null || true
    ;;
21)
    echo "refer: a person has to look at the checks"
    ;;
23)
    echo "expired: create a new session"
    ;;
24)
    echo "a state that this version does not know: look at the session"
    ;;
4 | 5 | 6)
    echo "Yoti refuses the key (4), has no such session (5), or cannot be reached (6): $code" >&2
    ;;
124)
    echo "no verdict within $timeout" >&2
    ;;
*)
    echo "branchwatch ended with $code" >&2
    ;;
esac
exit $code
