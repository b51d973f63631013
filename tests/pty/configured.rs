//! `demo` with what the operator's home has: a config file, a clipboard of tmux.

use super::*;

#[test]
fn the_demo_takes_keys_views_and_layout_from_a_configuration_file_and_needs_no_key_to_yoti() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("trial.toml");
    let text = r#"
default_profile = "live"
theme = "dark"
[keys]
help = ["Z"]
[views.counters]
filter = "stage:at_counter"
[profiles.live]
sdk_id = "b88ad843-0000-4000-8000-000000000001"
key_file = "/nowhere/key.pem"
"#;
    std::fs::write(&file, text).unwrap();
    let mut terminal = begun(&["demo", "-c", "trial.toml"], home.path(), &[]);
    terminal.sees("DEMO 5x");
    terminal.sees("24 watched");
    terminal.types("f");
    terminal.sees("counters");
    // The two together would be Alt-Z.
    terminal.types("\x1b");
    until(&terminal, "the views close", || !terminal.text().contains("counters"));
    terminal.types("Z");
    terminal.sees("Help: type to search");
    terminal.types("\x03\x03");
    assert_eq!(terminal.ends().exit_code(), 0);

    std::fs::write(&file, "theme = \"no-such-theme\"\n").unwrap();
    let mut refused = begun(&["demo", "-c", "trial.toml"], home.path(), &[]);
    assert_eq!(refused.ends().exit_code(), 3);
    assert!(refused.text().contains("no-such-theme"), "{}", refused.text());
}

#[test]
fn keys_views_and_theme_of_a_changed_file_take_effect_and_a_wrong_file_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".config/branchwatch");
    std::fs::create_dir_all(folder.join("themes")).unwrap();
    let (file, new) = (folder.join("config.toml"), folder.join("new"));
    let becomes = |text: &str| {
        // As editors do it.
        std::fs::write(&new, text).unwrap();
        std::fs::rename(&new, &file).unwrap();
    };
    becomes("theme = \"dark\"\n");
    let mut terminal = begun(&["--offline"], home.path(), &[]);
    terminal.sees("READ-ONLY");
    let own = "theme = \"own\"\n[keys]\nhelp = [\"Z\"]\n[views.mine]\nfilter = \"is:pinned\"\n";
    becomes(own);
    terminal.sees("no theme named \"own\"");
    std::fs::write(folder.join("themes/own.toml"), "base = \"light\"\n").unwrap();
    terminal.sees("config read again");
    terminal.types("f");
    terminal.sees("mine");
    terminal.types("\x1b");
    until(&terminal, "the views close", || !terminal.text().contains("mine"));
    terminal.types("Z");
    terminal.sees("Help: type to search");
    terminal.types("\x1b");
    becomes(&format!("lock_after = \"5m\"\n{own}"));
    terminal.sees("config read again; only a restart changes lock_after");
    becomes(&format!("no_such_key = 1\n{own}"));
    terminal.sees("config not changed:");
    terminal.types("Z");
    terminal.sees("Help: type to search");
    terminal.types("\x03\x03");
    assert_eq!(terminal.ends().exit_code(), 0);
}

#[test]
fn case_16_inside_tmux_a_copy_goes_to_the_buffer_of_tmux() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let bin = home.path().join("bin");
    std::fs::create_dir(&bin).unwrap();
    let script = "#!/bin/sh\n[ \"$*\" = 'load-buffer -w -' ] && cat > \"$HOME/buffer\"\n";
    std::fs::write(bin.join("tmux"), script).unwrap();
    std::fs::set_permissions(bin.join("tmux"), std::fs::Permissions::from_mode(0o700)).unwrap();
    let path = format!("{}:/usr/bin:/bin", bin.display());
    let inside = [("TMUX", "/nowhere,1,0"), ("PATH", path.as_str())];
    let mut terminal = begun(&["demo", "--speed", "0"], home.path(), &inside);
    terminal.sees("24 watched");
    terminal.types("Y");
    terminal.sees("copied: session ID");
    terminal.types("\x03\x03");
    assert_eq!(terminal.ends().exit_code(), 0);
    let buffer = std::fs::read_to_string(home.path().join("buffer")).unwrap();
    assert_eq!(buffer.trim().len(), 36, "{buffer:?}");
}
