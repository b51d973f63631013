//! `branchwatch simulate` as a process of its own.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// The process, and what it printed when it was ready.
pub(crate) struct Simulator {
    pub(crate) child: Child,
    ready: Value,
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

impl Simulator {
    /// Runs the command and waits until it is ready.
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        Self { child, ready: serde_json::from_str(&line).unwrap() }
    }

    pub(crate) fn base_url(&self) -> String {
        self.text("/base_url")
    }

    pub(crate) fn sdk_id(&self) -> String {
        self.text("/sdk_id")
    }

    pub(crate) fn sessions(&self) -> Vec<String> {
        let ids = self.ready.pointer("/sessions").unwrap().as_array().unwrap();
        ids.iter().map(|id| id.as_str().unwrap().to_owned()).collect()
    }

    fn text(&self, pointer: &str) -> String {
        self.ready.pointer(pointer).unwrap().as_str().unwrap().to_owned()
    }
}
