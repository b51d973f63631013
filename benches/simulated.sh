# Sourced by the measures beside it: a home of its own for $program, and the simulator in it.
home=$(mktemp -d)
simulator=
trap '[ -z "$simulator" ] || kill $(jobs -p) 2>/dev/null || true; rm -rf "$home"' EXIT
export HOME=$home YOTI_KEY_FILE_PATH=$home/key.pem
unset XDG_DATA_HOME XDG_CONFIG_HOME XDG_STATE_HOME

# simulated OPTION...: an empty store, the simulator with these options, and all its sessions on the
# list; their IDs stand in $home/ids.
simulated() {
    rm -rf "$home"/* "$home"/.local
    "$program" simulate "$@" --write-key "$home/key.pem" >"$home/ready" 2>/dev/null &
    simulator=$!
    until [ -s "$home/ready" ]; do sleep 0.1; done
    text() { sed -E "s/.*\"$1\":\"([^\"]*)\".*/\1/" "$home/ready"; }
    YOTI_IDV_API_URL=$(text base_url) YOTI_CLIENT_SDK_ID=$(text sdk_id)
    export YOTI_IDV_API_URL YOTI_CLIENT_SDK_ID
    sed -E 's/.*"sessions":\[([^]]*)\].*/\1/; s/"//g' "$home/ready" | tr , '\n' >"$home/ids"
    "$program" add --quiet "$home/ids"
}

# Ends the simulator and whatever else is still running.
ended() {
    kill $(jobs -p)
    wait 2>/dev/null || true
    simulator=
}
