//! A proxy named in the environment is for other hosts: one on this machine is asked directly.

use crate::world;

// N07
#[test]
fn no_proxy_variable_applies_to_a_host_on_this_machine() {
    let world = world(&["--sessions", "1", "--scenario", "S01"]);
    let id = world.sessions[0].as_str();
    world.run(&["add", id], 0);
    let by_name = world.base_url.replace("127.0.0.1", "localhost");
    let names = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"];
    for base_url in [world.base_url.clone(), by_name] {
        for name in names {
            let mut fetch = world.command(&["fetch", id]);
            fetch.env(name, "http://127.0.0.1:1").env("YOTI_IDV_API_URL", &base_url);
            crate::said(&fetch.output().unwrap(), 0);
        }
    }
}
