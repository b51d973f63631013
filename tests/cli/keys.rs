//! Keys where they belong, and where they do not: no byte of a key is ever printed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::{World, said, world};

/// Each spelling in which people put a key where its path belongs.
fn spellings(pem: &str) -> [String; 4] {
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    [pem.to_owned(), pem.replace('\n', "\\n"), STANDARD.encode(pem), body]
}

/// No eight characters in a row of any spelling stand in a text.
#[track_caller]
pub(crate) fn is_silent(text: &str, pem: &str) {
    for key in spellings(pem) {
        let letters: Vec<char> = key.chars().filter(char::is_ascii_alphanumeric).collect();
        for part in letters.chunks(8).filter(|part| part.len() == 8) {
            let part: String = part.iter().collect();
            let known = "BEGINRSAPRIVATEKEYEND";
            assert!(known.contains(&part) || !text.contains(&part), "{part}: {text}");
        }
    }
}

fn both(world: &World, arguments: &[&str], (name, value): (&str, &str), code: i32) -> String {
    let output = world.command(arguments).env(name, value).output().unwrap();
    let (out, err) = said(&output, code);
    out + &err
}

// S03
#[test]
fn case_01_a_key_in_the_place_of_its_path_is_named_and_never_printed() {
    let world = world(&["--sessions", "0"]);
    let pem = std::fs::read_to_string(world.key()).unwrap();
    let id = "1c3cae90-1769-43a9-8554-d85f2e7cdb0f";
    world.run(&["add", id], 0);
    let fetch = ["fetch", id];
    let commands = [fetch.as_slice(), &["doctor"], &["config", "show", "--origin"], &["list"]];
    for key in spellings(&pem) {
        for command in commands {
            let text = both(&world, command, ("YOTI_KEY_FILE_PATH", &key), 3);
            let told = "YOTI_KEY_FILE_PATH holds a key, not a path: write it to a file (chmod 600)";
            assert!(text.contains(told), "{command:?}: {text}");
            is_silent(&text, &pem);
        }
        for name in ["BRANCHWATCH_THEME", "BRANCHWATCH_CONFIG", "YOTI_CLIENT_SDK_ID"] {
            let text = both(&world, &["list"], (name, &key), 3);
            assert!(text.contains(&format!("{name} holds a key")), "{text}");
            is_silent(&text, &pem);
        }
        for flag in ["--config", "--theme", "--profile", "--interval", "--filter", "add", "show"] {
            let (out, err) = world.run(&[flag, &key], 2);
            assert!(err.contains("argument 2 holds a private key"), "{flag}: {err}");
            is_silent(&(out + &err), &pem);
        }
        // In the file.
        let file = world.home.path().join("config.toml");
        let quoted = key.replace('\n', "\\n");
        std::fs::write(&file, format!("[profiles.p]\nkey_file = \"{quoted}\"\nkee = 1\n")).unwrap();
        let (out, err) = world.run(&["list", "--config", file.to_str().unwrap()], 3);
        assert!(err.contains("holds a key"), "{err}");
        is_silent(&(out + &err), &pem);
    }
    // Cut into words by the shell, and the file where a list belongs.
    let words: Vec<&str> = std::iter::once("add").chain(pem.split_whitespace()).collect();
    let (out, err) = world.run(&words, 2);
    is_silent(&(out + &err), &pem);
    for place in ["add", "show", "export"] {
        let file = if place == "add" { "key.pem" } else { "-" };
        let mut command = world.command(&[place, file]);
        command.stdin(std::fs::File::open(world.key()).unwrap());
        let (out, err) = said(&command.output().unwrap(), 2);
        assert!(err.contains("holds a private key"), "{err}");
        is_silent(&(out + &err), &pem);
    }
    // No path at all, and still nothing that is worth repeating.
    let long = "/x".repeat(3_000);
    for value in [long.as_str(), "/a\nb"] {
        let text = both(&world, &["doctor"], ("YOTI_KEY_FILE_PATH", value), 3);
        assert!(text.contains("holds a key, not a path") && !text.contains(value), "{text}");
    }
}

#[test]
fn case_02_a_key_file_with_a_byte_order_mark_is_accepted() {
    use std::os::unix::fs::PermissionsExt;
    let world = world(&["--sessions", "0"]);
    let file = world.home.path().join("bom.pem");
    let pem = std::fs::read_to_string(world.key()).unwrap();
    std::fs::write(&file, format!("\u{feff}{pem}")).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let file = file.to_str().unwrap();
    both(&world, &["doctor"], ("YOTI_KEY_FILE_PATH", file), 0);
    // The configuration too.
    let config = world.home.path().join("config.toml");
    std::fs::write(&config, "\u{feff}[profiles.p]\nenvironment = \"test\"\n").unwrap();
    let (out, _) = world.run(&["config", "show", "--config", config.to_str().unwrap()], 0);
    assert!(out.contains("test"), "{out}");
}

#[test]
fn a_program_gives_the_key_and_its_output_is_never_printed() {
    let world = world(&["--sessions", "1", "--scenario", "S07", "--speed", "500000"]);
    let pem = std::fs::read_to_string(world.key()).unwrap();
    let id = world.sessions[0].as_str();
    let file = world.home.path().join("config.toml");
    let ran = world.home.path().join("ran");
    let run = |script: &str, arguments: &[&str], code: i32| {
        // The script is one argument: a shell between would take it apart.
        let words = format!("[\"sh\", \"-c\", '{script}', \"{}\"]", ran.display());
        std::fs::write(&file, format!("[profiles.p]\nkey_command = {words}\n")).unwrap();
        let mut command = world.command(arguments);
        command.args(["--config", file.to_str().unwrap()]).env_remove("YOTI_KEY_FILE_PATH");
        let (out, err) = said(&command.output().unwrap(), code);
        is_silent(&out, &pem);
        is_silent(&err, &pem);
        out + &err
    };
    let good = "echo ran >> $0; cat key.pem";
    // What asks neither Yoti nor the stored responses runs nothing.
    for arguments in [["config", "show"].as_slice(), &["config", "check"], &["config", "path"]] {
        run(good, arguments, 0);
    }
    assert!(!ran.exists());
    run(good, &["add", id], 0);
    let _none = std::fs::remove_file(&ran);
    run(good, &["fetch", id], 0);
    assert_eq!(std::fs::read_to_string(&ran).unwrap(), "ran\n", "once in a process");
    assert!(run(good, &["list"], 0).contains("REJECT"), "the stored responses are read with it");
    assert!(run(good, &["doctor"], 0).contains("key command"));
    // The address of the simulator goes before the profile, and so does its key file.
    let text = both(&world, &["config", "show"], ("BRANCHWATCH_CONFIG", file.to_str().unwrap()), 0);
    assert!(text.contains("key_file") && !text.contains("key_command"), "{text}");
    for (script, how) in [
        ("cat key.pem; exit 3", "exit status: 3"),
        ("head -c 400 key.pem", "printed no usable key"),
        ("true", "printed no usable key"),
    ] {
        let text = run(script, &["fetch", id], 3);
        assert!(text.contains("key_command: sh ") && text.contains(how), "{text}");
    }
    for (keys, wrong) in [
        ("key_command = [\"op\"]\nkey_file = \"k.pem\"", "key_file is set too"),
        ("key_command = []", "needs a program"),
    ] {
        std::fs::write(&file, format!("[profiles.p]\n{keys}\n")).unwrap();
        let (_, err) = world.run(&["config", "check", "--config", file.to_str().unwrap()], 3);
        assert!(err.contains(wrong), "{err}");
    }
}
