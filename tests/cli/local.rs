//! What stays of a session that leaves the watch-list.

use crate::world;

#[test]
fn who_is_removed_comes_back_with_what_is_known_unless_that_is_purged() {
    let world = world(&["--sessions", "1", "--scenario", "S01", "--speed", "0"]);
    let id = world.sessions[0].as_str();
    world.run(&["add", "--fetch", id], 0);
    let lists = || world.run(&["list", "--json"], 0).0.contains(id);
    let timeline = || world.run(&["show", id, "--part", "timeline"], 0).0;
    let before = timeline();
    assert!(before.contains("first answer"), "{before}");
    let (out, err) = world.run(&["remove", id], 0);
    assert!(out.is_empty() && err.contains("--purge-history"), "{out}{err}");
    assert!(!lists());
    world.run(&["remove", id], 5);
    world.run(&["add", id], 0);
    assert!(lists());
    assert_eq!(before, timeline(), "what is known of it comes back");
    world.run(&["remove", id], 0);
    let (_, err) = world.run(&["remove", "--purge-history", id], 0);
    assert!(err.contains("deleted"), "{err}");
    world.run(&["remove", "--purge-history", id], 5);
    world.run(&["show", id], 5);
    let store = world.home.path().join(".local/share/branchwatch");
    for file in std::fs::read_dir(store).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(id.len()).any(|text| text == id.as_bytes()), "nothing stays");
    }
    world.run(&["add", id], 0);
    assert!(world.run(&["show", id], 0).0.contains("not fetched yet"));
    world.run(&["remove", id, "00000000-0000-4000-8000-000000000001"], 7);
    world.run(&["remove", "--no-state", id], 2);
}
